import type { useConversations } from "@holdfast/react";
import type { KeyboardEvent } from "react";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ConversationRow } from "./conversation-row.tsx";
import { NewConversation } from "./new-conversation.tsx";

interface ConversationListProps {
  list: ReturnType<typeof useConversations>;
  openId: string | undefined;
  /** Where there is room for one of the two only. */
  hidden: boolean;
}

/** One's conversations, the newest first; the arrows go up and down. */
export function ConversationList({ list, openId, hidden }: ConversationListProps) {
  const { data, error } = list;
  const Heading = openId === undefined ? "h1" : "h2";
  return (
    <nav
      aria-label="Conversations"
      className={`flex min-h-0 flex-col border-line lg:border-r ${hidden ? "max-lg:hidden" : ""}`}
    >
      {openId === undefined && <title>Conversations · Holdfast</title>}
      <div className="flex min-h-14 items-center justify-between gap-3 px-4 sm:px-6 lg:px-4">
        <Heading className="text-xl font-semibold tracking-tight">Conversations</Heading>
        <NewConversation known={data} />
      </div>
      <div className="relative min-h-0 flex-1 overflow-y-auto border-t border-line">
        {!data && error && <ListFailed error={error} onRetry={() => void list.refetch()} />}
        {data?.length === 0 && (
          <div className="px-4 py-6 sm:px-6 lg:px-4">
            <p className="font-medium">No conversations yet</p>
            <p className="text-soft">The first one begins with New.</p>
          </div>
        )}
        {data && data.length > 0 && (
          <ul onKeyDown={moveFocus}>
            {data.map((one) => (
              <ConversationRow
                key={one.conversationId}
                conversation={one}
                isOpen={one.conversationId === openId}
              />
            ))}
          </ul>
        )}
        {!data && !error && <ListLoading />}
      </div>
    </nav>
  );
}

function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  links[Math.min(Math.max(to, 0), links.length - 1)]?.focus();
}

function ListFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const online = useOnline();
  return (
    <div className="p-4">
      <Notice
        state="attention"
        title={online ? "The conversations could not be read" : "You are offline"}
        actions={<Button onClick={onRetry}>Try again</Button>}
      >
        <p className="text-soft">
          {online ? error.message : "They will be read when the connection returns."}
        </p>
      </Notice>
    </div>
  );
}

function ListLoading() {
  return (
    <div className="flex flex-col gap-5 p-4" role="status">
      <span className="sr-only">Reading the conversations</span>
      {["70%", "55%", "64%"].map((width) => (
        <Skeleton key={width} width={width} />
      ))}
    </div>
  );
}
