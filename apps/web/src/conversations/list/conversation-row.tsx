import type { ConversationSummary } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { FeedMark } from "../../app/feed-mark.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { titleOf } from "../words.ts";

export function ConversationRow({
  conversation,
  isOpen,
}: {
  conversation: ConversationSummary;
  isOpen: boolean;
}) {
  const { conversationId, title, preview, lastSeq, answering, createdAt } = conversation;
  return (
    <li className="border-b border-line">
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId }}
        className="block px-4 py-2.5 -outline-offset-2 hover:bg-sunken/60 aria-[current]:bg-sunken aria-[current]:shadow-[inset_2px_0_0_var(--color-accent)] sm:px-6 lg:px-4"
        {...(isOpen ? { "aria-current": "page" as const } : {})}
      >
        <span className="flex items-baseline justify-between gap-3">
          <span className="truncate font-medium">{titleOf(conversation)}</span>
          <span
            className="figures shrink-0 text-sm text-faint"
            title={`${lastSeq} messages`}
            aria-hidden="true"
          >
            {lastSeq}
          </span>
        </span>
        <span className="flex items-center gap-1.5 text-sm text-soft">
          {answering ? (
            <>
              <FeedMark isLive size={12} />
              Answering
            </>
          ) : (
            <span className="truncate">
              {title !== null && preview ? preview : <RelativeTime at={createdAt} />}
            </span>
          )}
        </span>
        <span className="sr-only">, {lastSeq} messages</span>
      </Link>
    </li>
  );
}
