import type { AnswerCost, ConversationMessage } from "@holdfast/react";
import { memo, type ReactNode } from "react";
import { FeedMark } from "../../app/feed-mark.tsx";
import { Amount } from "../../ui/amount.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { endOf } from "../words.ts";
import { MessageParts } from "./message-parts.tsx";

const speakers = { user: "You", assistant: "Assistant", system: "System" } as const;

interface MessageRowProps {
  view: ConversationMessage;
  /** What the answer cost the wallet that is chosen below, if it was that one. */
  cost: AnswerCost | undefined;
  unit: string;
  /** Whether what is said comes by itself at the moment; false for what is not being said. */
  isLive: boolean;
}

/** A message where it stands. Drawn again only when it changes: a conversation is long, and one answer grows. */
export const MessageRow = memo(function MessageRow({ view, cost, unit, isLive }: MessageRowProps) {
  const { seq, message, status, createdAt } = view;
  const isAnswer = message.role === "assistant";
  return (
    <Row
      seq={seq}
      marks={{ "data-seq": seq, "data-status": status }}
      head={
        <>
          <span className="font-medium text-ink">{speakers[message.role]}</span>
          <span className="text-faint">
            <RelativeTime at={createdAt} />
          </span>
        </>
      }
      ground={isAnswer ? "" : "bg-sunken"}
    >
      <MessageParts parts={message.parts} />
      {status === "streaming" && (
        <p className="flex items-center gap-1.5 text-sm text-soft">
          <FeedMark isLive={isLive} size={14} />
          {isLive ? "Answering" : "Answering when last heard of"}
        </p>
      )}
      {(status === "failed" || status === "stopped") && <AnswerEnd view={view} />}
      {cost && <CostLine cost={cost} unit={unit} />}
    </Row>
  );
});

interface RowProps {
  seq?: string;
  /** What it is, for who looks for it in the page. */
  marks: Readonly<Record<`data-${string}`, string>>;
  head: ReactNode;
  ground: string;
  children: ReactNode;
}

/** The seq stands in a column of its own: it is the order in which everybody sees the conversation. */
export function Row({ seq, marks, head, ground, children }: RowProps) {
  return (
    <li
      {...marks}
      className="grid grid-cols-[1.75rem_minmax(0,1fr)] gap-x-2 sm:grid-cols-[2.75rem_minmax(0,1fr)] sm:gap-x-3"
    >
      <span className="figures pt-2 text-right text-sm text-faint" title={seq && `seq ${seq}`}>
        {seq && <span className="sr-only">Message </span>}
        {seq}
      </span>
      <div className={`flex min-w-0 flex-col gap-2 rounded-md px-3 py-2 ${ground}`}>
        <p className="flex items-baseline gap-2 text-sm">{head}</p>
        {children}
      </div>
    </li>
  );
}

function AnswerEnd({ view }: { view: ConversationMessage }) {
  const { title, reason } = endOf(view);
  const isFailed = view.status === "failed";
  return (
    <p className="flex items-start gap-1.5 text-sm text-soft">
      <span className="pt-0.5">
        <StateMark state={isFailed ? "attention" : "pending"} size={14} />
      </span>
      <span>
        <span className="font-medium text-ink">{title}.</span> {reason}
      </span>
    </p>
  );
}

function CostLine({ cost, unit }: { cost: AnswerCost; unit: string }) {
  const { held, captured, remaining } = cost;
  return (
    <p data-cost className="flex flex-wrap gap-x-3 text-sm text-faint">
      <span>
        held <Amount value={String(held)} unit={unit} />
      </span>
      <span>
        captured <Amount value={String(captured)} unit={unit} />
      </span>
      {remaining === 0n && (
        <span>
          released <Amount value={String(held - captured)} unit={unit} />
        </span>
      )}
    </p>
  );
}
