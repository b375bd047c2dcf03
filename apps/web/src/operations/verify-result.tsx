import type { Holdfast } from "@holdfast/client";
import { exactTime } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { type MarkedState, StateMark } from "../ui/state-mark.tsx";
import { invariantWords } from "./invariants.ts";

type Verification = Awaited<ReturnType<Holdfast["operations"]["verify"]>>;
type Check = Verification["checks"][number];

const marks: Record<Check["state"], MarkedState> = {
  holds: "confirmed",
  broken: "refused",
  unchecked: "unresolved",
};
const said: Record<Check["state"], string> = { holds: "holds", broken: "broken", unchecked: "not checked" };

/** What came of it, the rows that disagree, and every invariant with its state. */
export function VerifyResult({ result }: { result: Verification }) {
  const { checks, findings } = result;
  const invariants = [...new Set(checks.map(({ invariant }) => invariant))].sort();
  return (
    <div data-verified={result.complete && findings.length === 0} className="flex flex-col gap-4">
      <Summary result={result} />
      {findings.length > 0 && (
        <ul aria-label="Rows that disagree" className="flex flex-col">
          {findings.map(({ invariant, table, row, message }) => (
            <li
              key={`${invariant} ${table} ${row} ${message}`}
              className="border-t border-line py-2 last:border-b"
            >
              <p className="font-medium">
                {table} <span className="font-normal text-faint">{invariant}</span>
              </p>
              <p className="font-mono text-sm break-all text-soft">{row}</p>
              <p className="text-soft">{message}</p>
            </li>
          ))}
        </ul>
      )}
      <ul aria-label="Invariants" className="flex flex-col">
        {invariants.map((invariant) => (
          <Invariant
            key={invariant}
            invariant={invariant}
            checks={checks.filter((check) => check.invariant === invariant)}
          />
        ))}
      </ul>
    </div>
  );
}

function Summary({ result: { at, complete, checks, findings } }: { result: Verification }) {
  const seconds = checks.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000;
  const made = checks.filter(({ state }) => state !== "unchecked").length;
  const when = `${made} of ${checks.length} checks in ${seconds.toFixed(1)} s, ${exactTime(new Date(at))}.`;
  if (findings.length > 0) {
    return (
      <Notice
        state="refused"
        title={findings.length === 1 ? "One row disagrees" : `${findings.length} rows disagree`}
      >
        <p className="text-soft">
          {when} Something wrote past Holdfast, or a restore was not whole. Stop who does, and see the
          operations guide.
        </p>
      </Notice>
    );
  }
  if (!complete) {
    return (
      <Notice state="unresolved" title="Not everything was checked">
        <p className="text-soft">
          {when} The time was up; what was checked holds. For all of it run{" "}
          <code className="font-mono text-ink">holdfast verify</code> beside the database.
        </p>
      </Notice>
    );
  }
  return (
    <Notice state="confirmed" title="Every invariant holds">
      <p className="text-soft">{when}</p>
    </Notice>
  );
}

function Invariant({ invariant, checks }: { invariant: string; checks: readonly Check[] }) {
  const state =
    checks.find((check) => check.state === "broken")?.state ??
    checks.find((check) => check.state === "unchecked")?.state ??
    "holds";
  const tables = [...new Set(checks.map(({ table }) => table))];
  return (
    <li className="grid grid-cols-[1rem_minmax(0,1fr)_auto] items-baseline gap-x-2.5 border-t border-line py-1.5 last:border-b">
      <span className="self-start pt-0.5">
        <StateMark state={marks[state]} size={14} />
      </span>
      <div>
        <p>{invariantWords(invariant)}</p>
        <p className="text-sm text-faint">{tables.join(", ")}</p>
      </div>
      <span className="text-sm text-soft">{said[state]}</span>
    </li>
  );
}
