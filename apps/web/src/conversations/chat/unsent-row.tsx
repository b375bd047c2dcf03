import type { OutboxItem } from "@holdfast/react";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { whyNotSent } from "../words.ts";
import { MessageParts } from "./message-parts.tsx";
import { Row } from "./message-row.tsx";

interface UnsentRowProps {
  item: OutboxItem;
  onRetry: () => void;
  onDiscard: () => void;
  /** Takes it back into the composer. */
  onEdit: () => void;
}

/** One's own message that the conversation does not have yet, as far as anybody knows. */
export function UnsentRow({ item, ...does }: UnsentRowProps) {
  const { status, message } = item;
  return (
    <Row
      marks={{ "data-unsent": status }}
      head={<span className="font-medium text-ink">You</span>}
      ground={status === "failed" ? "border border-refused/40 bg-refused-wash" : "unconfirmed"}
    >
      <MessageParts parts={message.parts} />
      <UnsentState item={item} {...does} />
    </Row>
  );
}

function UnsentState({ item: { status, error }, onRetry, onDiscard, onEdit }: UnsentRowProps) {
  const online = useOnline();
  if (status === "pending")
    return (
      <p className="flex items-center gap-1.5 text-sm text-soft">
        <StateMark state="pending" size={14} />
        {online ? "Sending" : "You are offline. It is kept, and sent when the connection returns."}
      </p>
    );
  const isFailed = status === "failed";
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5 text-sm text-soft">
      <p role="status" className="flex min-w-48 flex-1 items-start gap-1.5">
        <span className="pt-0.5">
          <StateMark state={isFailed ? "refused" : "unresolved"} size={14} />
        </span>
        <span>
          <span className="font-medium text-ink">{isFailed ? "Not sent." : "Not confirmed yet."}</span>{" "}
          {isFailed && error ? whyNotSent(error) : whyWaiting(online)}
        </span>
      </p>
      <span className="flex gap-1">
        {isFailed && error?.retry !== "never" && <Button onClick={onRetry}>Try again</Button>}
        {isFailed && (
          <Button look="quiet" onClick={onEdit}>
            Edit
          </Button>
        )}
        <Button look="quiet" onClick={onDiscard}>
          Discard
        </Button>
      </span>
    </div>
  );
}

function whyWaiting(online: boolean): string {
  return online
    ? "The server gave no answer. The message is kept and sent again by itself; it can’t arrive twice."
    : "You are offline. The message is kept, and sent when the connection returns.";
}
