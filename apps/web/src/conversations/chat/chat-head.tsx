import type { ConversationHandle, Transcript } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { useServerAnswers } from "../../app/connection-context.tsx";
import { FeedMark } from "../../app/feed-mark.tsx";
import { useOnline } from "../../app/use-online.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { countOf, plainText, titleOf } from "../words.ts";

interface ChatHeadProps {
  conversation: Transcript;
  freshness: ConversationHandle["freshness"];
}

export function ChatHead({ conversation, freshness }: ChatHeadProps) {
  const { conversationId, title, lastSeq, messages } = conversation;
  const [first] = messages;
  const preview = first?.seq === "1" ? plainText(first.message) : null;
  const name = title ?? titleOf({ title, preview });
  return (
    <div className="flex min-h-14 flex-wrap items-center gap-x-4 border-b border-line px-4 py-2 sm:px-6">
      <title>{`${name.slice(0, 60)} · Holdfast`}</title>
      <Link
        to="/conversations"
        className="w-full text-sm text-accent underline-offset-2 hover:underline lg:hidden"
      >
        All conversations
      </Link>
      <h1 className="min-w-0 flex-1 basis-40 truncate text-lg font-semibold tracking-tight">{name}</h1>
      <span className="figures text-sm text-faint max-sm:hidden">{countOf(lastSeq)}</span>
      <span className="max-sm:hidden">
        <CopyId id={conversationId} what="conversation id" />
      </span>
      <Freshness freshness={freshness} />
    </div>
  );
}

/** Whether what is shown is what is so. Always one line, so nothing moves when it changes. */
function Freshness({ freshness }: Pick<ChatHeadProps, "freshness">) {
  const online = useOnline();
  const answers = useServerAnswers();
  const isLive = online && freshness === "live";
  const trouble = !online ? "Offline" : answers ? undefined : "The server does not answer";
  return (
    <span
      role="status"
      data-freshness={online ? freshness : "offline"}
      className={`flex items-center gap-1.5 text-sm ${isLive ? "" : "text-soft"}`}
    >
      {trouble ? <StateMark state="attention" size={14} /> : <FeedMark isLive={isLive} />}
      {trouble ?? (isLive ? "Live" : freshness === "connecting" ? "Connecting" : "Reconnecting")}
    </span>
  );
}
