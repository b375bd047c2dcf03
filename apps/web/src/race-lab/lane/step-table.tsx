import type { Step } from "@holdfast/race-lab/stories";
import { StateMark } from "../../ui/state-mark.tsx";
import type { Mark } from "../conflicts.ts";

/** More columns than this tell nothing that these don't. */
const MOST_CALLERS = 8;

/** Widths of a column, in rem. */
const TIME_REM = 5.9;
const CALLER_REM = 7.6;

const words: Record<Mark, string> = { same: "same read", stale: "on a stale read" };

const looks: Record<Mark | "none", string> = {
  none: "",
  same: "bg-unresolved-wash",
  stale: "bg-refused-wash",
};

/** The T0, T1, T2 … of bug reports, from what the database really told: a row a moment, a column a caller. */
export function StepTable({ steps, marks }: { steps: readonly Step[]; marks: ReadonlyMap<Step, Mark> }) {
  // In the order in which they come, so that a column that is there stays where it is.
  const callers = [...new Set(steps.map(({ caller }) => caller))];
  const shown = callers.slice(0, MOST_CALLERS);
  const rows = steps.filter(({ caller }) => shown.includes(caller));
  return (
    <table
      className="figures w-full table-fixed border-collapse text-sm"
      // Columns keep their width, whatever is told in them next.
      style={{ minWidth: `${TIME_REM + shown.length * CALLER_REM}rem` }}
    >
      <caption className="sr-only">
        The steps of this round in the order of time, a column for each caller
      </caption>
      <thead className="sticky top-0 z-[1] bg-canvas shadow-[0_1px_0_var(--color-line)]">
        <tr className="text-left text-faint">
          <th scope="col" className="sticky left-0 w-[5.9rem] bg-canvas py-1.5 pr-2 pl-3 font-normal">
            Time
          </th>
          {shown.map((caller) => (
            <th key={caller} scope="col" className="px-2 py-1.5 font-normal">
              {caller}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((step, at) => (
          <tr key={at} className="border-b border-line/60 align-top last:border-b-0">
            <th
              scope="row"
              className="sticky left-0 bg-canvas py-1 pr-2 pl-3 text-left font-normal whitespace-nowrap"
            >
              <span className="font-medium">T{at}</span>{" "}
              <span className="text-faint">{step.atMs.toFixed(step.atMs < 100 ? 1 : 0)} ms</span>
            </th>
            {shown.map((caller) => (
              <td
                key={caller}
                className={`px-2 py-1 ${caller === step.caller ? looks[marks.get(step) ?? "none"] : ""}`}
              >
                {caller === step.caller && <StepCell step={step} mark={marks.get(step)} />}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {callers.length > shown.length && (
        <tfoot>
          <tr>
            <td colSpan={shown.length + 1} className="px-3 py-2 text-faint">
              and {callers.length - shown.length} more callers
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function StepCell({ step, mark }: { step: Step; mark: Mark | undefined }) {
  const { does, what, attempt } = step;
  const isWeighty = does === "writes" || does === "reads" || does === "locks";
  return (
    <div
      data-does={does}
      data-mark={mark}
      className={`flex min-w-0 flex-col ${does === "reads" || does === "writes" ? "min-h-9" : ""}`}
    >
      <span>
        <span className={isWeighty ? "font-medium" : "text-soft"}>{does}</span>{" "}
        <span className={isWeighty ? "" : "text-soft"}>{what}</span>
        {attempt > 1 && <span className="text-faint"> (attempt {attempt})</span>}
      </span>
      {mark && (
        <span className={`flex items-center gap-1 ${mark === "stale" ? "text-refused" : "text-unresolved"}`}>
          <StateMark state={mark === "stale" ? "refused" : "attention"} size={12} />
          {words[mark]}
        </span>
      )}
    </div>
  );
}
