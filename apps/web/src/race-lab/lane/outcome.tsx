import type { Settings } from "@holdfast/race-lab/stories";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import type { MarkedState } from "../../ui/state-mark.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { StrategyEntry } from "../address.ts";
import type { Race } from "../race.ts";

interface OutcomeProps {
  race: Race;
  strategy: StrategyEntry;
  settings: Settings;
  onRun: () => void;
}

const grounds: Record<MarkedState | "none", string> = {
  none: "border border-dashed border-edge",
  pending: "unconfirmed",
  confirmed: "border border-accent/40 bg-accent-wash",
  refused: "border border-refused/40 bg-refused-wash",
  attention: "border border-unresolved/40 bg-unresolved-wash",
  unresolved: "",
};

/** What came of the run, by its final rows. It is as high before as after, so that nothing below it moves. */
export function Outcome(props: OutcomeProps) {
  const { race, strategy } = props;
  const { state, title, body } = told(props);
  return (
    <div
      data-outcome={race.status}
      data-holds={race.verdict?.holds}
      className={`grid min-h-[13.5rem] grid-cols-[auto_minmax(0,1fr)] content-start gap-x-2.5 rounded-md p-3.5 sm:min-h-[11.5rem] xl:min-h-[12.5rem] ${grounds[state]}`}
    >
      <span className="pt-1">{state !== "none" && <StateMark state={state} />}</span>
      <div className="flex min-w-0 flex-col gap-2">
        <p className="text-lg font-semibold">{title}</p>
        {body}
        {race.status !== "failed" && <p className="text-sm text-soft">{strategy.because}</p>}
      </div>
    </div>
  );
}

interface Told {
  state: MarkedState | "none";
  title: string;
  body?: ReactNode;
}

function told({ race, settings, onRun }: OutcomeProps): Told {
  const { verdict, problem } = race;
  switch (race.status) {
    case "idle":
      return { state: "none", title: "Not run yet" };
    case "waiting":
      return { state: "pending", title: "Waiting for its turn" };
    case "running":
      return {
        state: "pending",
        title: "Running",
        body: (
          <p className="figures text-soft">
            {race.samples.at(-1)?.done ?? 0} of {settings.calls} calls have ended.
          </p>
        ),
      };
    case "stopped":
      return {
        state: "attention",
        title: "Stopped",
        body: <p className="text-soft">There is no verdict: its tables were removed with it.</p>,
      };
    case "failed":
      return {
        state: "attention",
        title: problem?.code === "OVERLOADED" ? "The server is busy" : "It did not run",
        body: (
          <>
            <p className="text-soft">{problem?.message}</p>
            <p>
              <Button onClick={onRun}>Try again</Button>
            </p>
          </>
        ),
      };
    case "ended":
      return verdict === undefined
        ? { state: "attention", title: "No verdict" }
        : {
            state: verdict.holds ? "confirmed" : "refused",
            title: verdict.holds ? "It holds" : `It does not hold: ${damage(verdict)}`,
            body: (
              <>
                <p>{verdict.sentence}</p>
                <dl className="figures grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-sm">
                  <dt className="text-soft">Expected</dt>
                  <dd>{verdict.expected}</dd>
                  <dt className="text-soft">Found</dt>
                  <dd className={verdict.holds ? "" : "font-medium text-refused"}>{verdict.found}</dd>
                </dl>
              </>
            ),
          };
  }
}

function damage({ lost, doubled }: { lost: number; doubled: number }): string {
  const parts = [lost > 0 && `${lost} lost`, doubled > 0 && `${doubled} doubled`].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "the rows are wrong";
}
