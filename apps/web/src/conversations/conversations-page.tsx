import { useConversations } from "@holdfast/react";
import { Chat } from "./chat/chat.tsx";
import { ConversationList } from "./list/conversation-list.tsx";

/** The list beside one conversation; on narrow screens one of the two. */
export function ConversationsPage({ conversationId }: { conversationId?: string }) {
  const list = useConversations();
  const isOpen = conversationId !== undefined;
  return (
    <div className="room-height grid min-h-0 grid-cols-[minmax(0,1fr)] lg:grid-cols-[17rem_minmax(0,1fr)]">
      <ConversationList list={list} openId={conversationId} hidden={isOpen} />
      {isOpen ? (
        <Chat key={conversationId} conversationId={conversationId} />
      ) : (
        <p className="m-auto hidden max-w-xs px-6 text-center text-soft lg:block">
          {list.data?.length === 0
            ? "What you write here is kept, one row a message, whatever becomes of this page."
            : "Choose a conversation, or begin one."}
        </p>
      )}
    </div>
  );
}
