import { useConversations, useCreateConversation } from "../../index.ts";

export function Conversations() {
  const { data: conversations = [] } = useConversations();
  const creating = useCreateConversation();
  return (
    <>
      {conversations.map(({ conversationId, title, answering }) => (
        <p key={conversationId}>
          {title} {answering && "…"}
        </p>
      ))}
      <button type="button" onClick={() => void creating.submit({ title: "A new one" })}>
        Begin
      </button>
    </>
  );
}
