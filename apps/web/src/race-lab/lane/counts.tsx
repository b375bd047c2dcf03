import type { Verdict } from "@holdfast/race-lab/stories";
import { Tooltip } from "../../ui/tooltip.tsx";
import type { Race } from "../race.ts";

const counts = [
  { name: "Asked", of: "asked", means: "Calls that were made; a repetition is not another one" },
  { name: "Applied", of: "applied", means: "Calls whose caller was told that it was done" },
  { name: "Refused", of: "refused", means: "Calls whose caller was told that it was not done" },
  { name: "Replayed", of: "replayed", means: "Answers that told what an earlier delivery had come to" },
  { name: "Lost", of: "lost", means: "Promised to a caller, and not in the final rows" },
  { name: "Doubled", of: "doubled", means: "In the final rows once too often" },
] as const satisfies readonly { name: string; of: keyof Verdict; means: string }[];

/** What was asked and told, and how much of it the final rows don't have. */
export function Counts({ race: { verdict } }: { race: Race }) {
  return (
    <dl className="figures grid grid-cols-3 gap-y-3 @md:grid-cols-6">
      {counts.map(({ name, of, means }) => {
        const value = verdict?.[of];
        const isDamage = (of === "lost" || of === "doubled") && value !== undefined && value > 0;
        return (
          <div
            key={of}
            data-count={of}
            className="flex flex-col border-l border-line pl-3 @md:first:border-l-0 @md:first:pl-0"
          >
            <dt className="text-sm text-faint">
              <Tooltip content={means}>
                <button type="button" className="rounded-sm">
                  {name}
                </button>
              </Tooltip>
            </dt>
            <dd className={`text-lg font-medium ${isDamage ? "text-refused" : ""}`}>
              {value?.toLocaleString("en") ?? <span className="text-faint">–</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
