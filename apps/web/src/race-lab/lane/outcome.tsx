import type { Settings } from "@holdfast/race-lab/stories";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import type { MarkedState } from "../../ui/state-mark.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { Race } from "../race.ts";

interface OutcomeProps {
  race: Race;
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
  const { race } = props;
  const { state, title, body } = told(props);
  return (
    <div
      data-outcome={race.status}
      data-holds={race.verdict?.holds}
      className={`grid min-h-[11rem] grid-cols-[1rem_minmax(0,1fr)] content-start gap-x-2.5 rounded-md p-3.5 @md:min-h-[8.75rem] ${grounds[state]}`}
    >
      <span className="pt-1">{state !== "none" && <StateMark state={state} />}</span>
      <div className="flex min-w-0 flex-col gap-2">
        <p className="text-lg font-semibold">{title}</p>
        {body}
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
            title: verdict.sentence,
            body: (
              <dl className="figures grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-sm">
                <dt className="text-soft">Expected</dt>
                <dd>{verdict.expected}</dd>
                <dt className="text-soft">Found</dt>
                <dd className={verdict.holds ? "" : "font-medium text-refused"}>{verdict.found}</dd>
              </dl>
            ),
          };
  }
}
