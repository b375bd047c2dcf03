import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { CopyId } from "../ui/copy-id.tsx";
import { exactTime } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { type MarkedState, StateMark } from "../ui/state-mark.tsx";
import { Facts } from "./facts.tsx";
import type { Explanation } from "./use-explanation.ts";
import { WrittenRows } from "./written-rows.tsx";

type Outcome = Explanation["outcome"];

/** Who asked for what, what came of it, what it wrote, and what it is a part of: in the order in which it happened. */
export function Timeline({ operation }: { operation: Explanation }) {
  const { operationId, idempotencyKey, kind, caller, at, input, outcome, wrote, story } = operation;
  return (
    <ol aria-label="What became of it" data-operation={operationId} className="flex flex-col">
      <Event mark="asked" title="Asked for" aside={<RelativeTime at={at} />}>
        <p>
          <span className="font-medium">{kind}</span> <span className="text-soft">by {caller}</span>
        </p>
        <p className="flex flex-wrap gap-x-4 text-soft">
          <span>
            operation <CopyId id={operationId} what="operation id" />
          </span>
          <span>
            key <CopyId id={idempotencyKey} what="idempotency key" />
          </span>
        </p>
        <Facts of={input} />
      </Event>
      <Event
        mark={markOf(outcome)}
        title={outcome.ok ? "Confirmed" : `Refused: ${outcome.code}`}
        aside={<time dateTime={at}>{exactTime(new Date(at))}</time>}
      >
        <p className="text-soft">
          {outcome.ok
            ? "Its outcome stands under its key: the same call is answered with it for ever."
            : "It changed nothing, and the same call is refused in the same way for ever."}
        </p>
        <Facts of={outcome.ok ? outcome.data : outcome.details} />
      </Event>
      <Event mark={markOf(outcome)} title={rowsTitle(wrote.length)} last={story.length === 0}>
        {wrote.length > 0 ? (
          <WrittenRows rows={wrote} />
        ) : (
          <p className="text-soft">
            {outcome.ok ? "None that you may see." : "A refusal writes nothing but itself."}
          </p>
        )}
      </Event>
      {story.length > 0 && (
        <Event mark="confirmed" title="Part of" last>
          <Steps steps={story} current={operationId} />
        </Event>
      )}
    </ol>
  );
}

function markOf({ ok }: Outcome): MarkedState {
  return ok ? "confirmed" : "refused";
}

function rowsTitle(rows: number): string {
  if (rows === 0) return "Wrote no row";
  return rows === 1 ? "Wrote one row" : `Wrote ${rows} rows`;
}

interface EventProps {
  mark: MarkedState | "asked";
  title: string;
  aside?: ReactNode;
  last?: boolean;
  children: ReactNode;
}

function Event({ mark, title, aside, last = false, children }: EventProps) {
  return (
    <li className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-3">
      <div className="flex flex-col items-center pt-0.5">
        {mark === "asked" ? <AskedMark /> : <StateMark state={mark} />}
        {!last && <span aria-hidden="true" className="my-1 w-px flex-1 bg-line" />}
      </div>
      <section className={`flex min-w-0 flex-col gap-2 ${last ? "" : "pb-6"}`}>
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h2 className="font-semibold">{title}</h2>
          <span className="figures text-sm text-faint">{aside}</span>
        </div>
        {children}
      </section>
    </li>
  );
}

/** No outcome yet: a plain ring, where a broken one would say that something is awaited. */
function AskedMark() {
  return <span aria-hidden="true" className="m-0.5 size-3 rounded-full border-[1.5px] border-faint" />;
}

/** The longer thing that it is a step of, such as an answer: all its steps, in their order. */
function Steps({ steps, current }: { steps: Explanation["story"]; current: string }) {
  return (
    <ol className="flex flex-col">
      {steps.map(({ operationId, kind, caller, at, outcome }) => (
        <li
          key={operationId}
          className="flex flex-wrap items-center gap-x-3 border-t border-line py-1.5 last:border-b"
        >
          <StateMark state={markOf(outcome)} size={14} />
          {operationId === current ? (
            <span aria-current="step" className="font-medium">
              {kind}
            </span>
          ) : (
            <Link
              to="/operations"
              search={{ of: operationId }}
              className="text-accent underline underline-offset-2 hover:text-accent-strong"
            >
              {kind}
            </Link>
          )}
          <span className="text-soft">{outcome.ok ? caller : `${caller}: ${outcome.code}`}</span>
          <span className="figures ml-auto text-sm text-faint">
            <RelativeTime at={at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
