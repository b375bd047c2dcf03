import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { clockTime } from "../ui/format.ts";
import { type MarkedState, StateMark } from "../ui/state-mark.tsx";
import type { Attempt, LoggedCall } from "./call-log.ts";

interface CallListProps {
  calls: readonly LoggedCall[];
  onClear: () => void;
}

/** The last calls, newest first, each with all its attempts. */
export function CallList({ calls, onClear }: CallListProps) {
  const [withReads, setWithReads] = useState(false);
  const shown = calls.filter(({ isWrite }) => isWrite || withReads);
  return (
    <div className="flex min-w-0 flex-col max-md:border-t max-md:border-line md:min-h-0">
      <div className="flex min-h-9 items-center gap-4 border-b border-line pr-2 pl-4">
        <h3 id="drawer-calls" className="font-medium">
          Calls
        </h3>
        <label className="flex min-h-8 items-center gap-1.5 text-sm text-soft">
          <input
            type="checkbox"
            checked={withReads}
            onChange={(event) => setWithReads(event.target.checked)}
            className="accent-action"
          />
          Reads as well
        </label>
        <Button look="quiet" className="ml-auto px-2 text-sm" inert={calls.length === 0} onClick={onClear}>
          Clear
        </Button>
      </div>
      {shown.length === 0 ? (
        <p className="px-4 py-3 text-soft">
          Nothing was sent while the drawer listened. Set “Drop the answer” to “Next” and boost somebody: the
          client sends it again with the same key.
        </p>
      ) : (
        // Scrolls, so the keyboard must be able to get there.
        <ol
          aria-labelledby="drawer-calls"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          tabIndex={0}
          className="min-h-0 -outline-offset-2 md:overflow-y-auto"
        >
          {shown.map((call) => (
            <Call key={call.id} call={call} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Call({ call }: { call: LoggedCall }) {
  const { procedure, idempotencyKey, attempts } = call;
  const wasReplayed = attempts.some(({ said }) => said?.replayed);
  return (
    <li data-call={procedure} data-key={idempotencyKey} className="border-b border-line px-4 py-2">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium">{procedure}</span>
        {idempotencyKey && (
          <span className="text-sm text-faint">
            key <CopyId id={idempotencyKey} what="idempotency key" />
          </span>
        )}
        {attempts.length > 1 && (
          <span className="text-sm text-soft">
            {attempts.length} attempts, one key{wasReplayed && ": done once, told again"}
          </span>
        )}
      </div>
      <ol className="mt-0.5 flex flex-col">
        {attempts.map((attempt, at) => (
          <AttemptRow key={`${at} ${attempt.startedAt}`} number={at + 1} attempt={attempt} />
        ))}
      </ol>
    </li>
  );
}

/** What is told of one attempt stands in the same columns for all, as far as there is room. */
function AttemptRow({ number, attempt }: { number: number; attempt: Attempt }) {
  const { state, said, damage, durationMs, startedAt } = attempt;
  return (
    <li
      data-attempt={number}
      data-state={state}
      className="figures grid grid-cols-[4.5rem_minmax(0,1fr)_auto] items-center gap-x-3 text-sm sm:grid-cols-[4.5rem_minmax(0,1.2fr)_minmax(0,1fr)_7.5rem_4.5rem_4.25rem]"
    >
      <span className="text-soft">attempt {number}</span>
      <span className="flex items-center gap-1.5">
        <StateMark state={markOf(attempt)} size={12} />
        {wordsOf(attempt)}
      </span>
      <span className="text-unresolved max-sm:order-last max-sm:col-start-2">{damage.join(", ")}</span>
      <span className={`max-sm:col-start-2 ${said?.replayed ? "font-medium text-accent" : "text-soft"}`}>
        {said?.replayed !== undefined && `replayed: ${said.replayed}`}
      </span>
      <span className="text-right text-soft max-sm:col-start-3 max-sm:row-start-1">
        {durationMs !== undefined && `${durationMs} ms`}
      </span>
      <time dateTime={startedAt} className="hidden text-right text-faint sm:block">
        {clockTime(Date.parse(startedAt))}
      </time>
    </li>
  );
}

function markOf({ state, said }: Attempt): MarkedState {
  if (state === "under way") return "pending";
  if (state !== "answered") return "unresolved";
  return said?.code === undefined ? "confirmed" : "refused";
}

function wordsOf({ state, said }: Attempt): string {
  const answer = said && `${said.code ?? "OK"} ${said.httpStatus}`;
  switch (state) {
    case "under way":
      return "under way";
    case "answered":
      return answer ?? "answered";
    case "lost":
      return answer ? `${answer}, not heard` : "no answer";
    case "given up":
      return "given up";
    case "left":
      return "the page went";
  }
}
