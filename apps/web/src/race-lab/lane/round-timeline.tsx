import type { Step } from "@holdfast/race-lab/stories";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { ChevronIcon } from "../../ui/icons.tsx";
import { conflictsOf, type Mark, tellingRound } from "../conflicts.ts";
import type { Race } from "../race.ts";
import { StepTable } from "./step-table.tsx";

const NONE: readonly Step[] = [];

/** One round of the race, moment by moment: the first in which something collided, or the one that is asked for. */
export function RoundTimeline({ race, name }: { race: Race; name: string }) {
  const [asked, setAsked] = useState<number>();
  const numbers = [...race.rounds.keys()].sort((a, b) => a - b);
  const round = asked !== undefined && race.rounds.has(asked) ? asked : tellingRound(race.rounds);
  const steps = (round !== undefined && race.rounds.get(round)) || NONE;
  const marks = conflictsOf(steps);
  const at = round === undefined ? -1 : numbers.indexOf(round);

  return (
    <div className="flex min-w-0 flex-col">
      <div className="flex min-h-9 items-center gap-1">
        <h4 className="font-medium">Who did what</h4>
        <span className="figures ml-auto text-sm text-soft">
          {round !== undefined && `round ${round}, of ${numbers.length} kept`}
        </span>
        <Turn name="Round before" to={numbers[at - 1]} onTurn={setAsked} back />
        <Turn name="Round after" to={numbers[at + 1]} onTurn={setAsked} />
      </div>
      {/* As high without steps as with many: what is below stays where it is. */}
      <section
        aria-label={name}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        data-timeline={round}
        className="h-80 overflow-auto rounded-md border border-line -outline-offset-2"
      >
        {steps.length > 0 ? (
          <StepTable steps={steps} marks={marks} />
        ) : (
          <p className="mx-auto flex h-full max-w-80 items-center p-3 text-center text-balance text-faint">
            Each caller gets a column here, and each moment a line: who reads, waits, writes and commits, as
            the database answers it.
          </p>
        )}
      </section>
      <p className="min-h-11 pt-1.5 text-sm text-soft">{steps.length > 0 && legend(marks)}</p>
    </div>
  );
}

function legend(marks: ReadonlyMap<Step, Mark>): string {
  return marks.size > 0
    ? "Marked: the same read, on which several callers decided, and the writes that came too late for it."
    : "No write of this round was decided on a stale read.";
}

interface TurnProps {
  name: string;
  to: number | undefined;
  onTurn: (round: number) => void;
  back?: boolean;
}

function Turn({ name, to, onTurn, back = false }: TurnProps) {
  return (
    <Button
      look="quiet"
      className="px-1.5"
      aria-label={name}
      inert={to === undefined}
      onClick={() => to !== undefined && onTurn(to)}
    >
      <span className={back ? "rotate-90" : "-rotate-90"}>
        <ChevronIcon />
      </span>
    </Button>
  );
}
