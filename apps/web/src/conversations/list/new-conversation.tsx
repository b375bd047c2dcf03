import { type ConversationSummary, useCreateConversation } from "@holdfast/react";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "../../ui/button.tsx";

/** Begins a conversation, or goes to the one that was begun and has no message yet: clicking twice does not make two. */
export function NewConversation({ known }: { known: readonly ConversationSummary[] | undefined }) {
  const { state, submit, check } = useCreateConversation();
  const navigate = useNavigate();
  const open = (conversationId: string) =>
    navigate({ to: "/conversations/$conversationId", params: { conversationId } });

  async function begin(): Promise<void> {
    const made = state.status === "confirmed" ? state.data.conversationId : undefined;
    const listed = known?.find(({ conversationId }) => conversationId === made);
    if (made !== undefined && (listed === undefined || listed.lastSeq === "0")) return open(made);
    const empty = known?.find(({ lastSeq, title }) => lastSeq === "0" && title === null);
    if (empty !== undefined) return open(empty.conversationId);
    const result = await (state.status === "unresolved" ? check() : submit({}));
    if (result.ok) await open(result.data.conversationId);
  }
  const isPending = state.status === "pending";
  const failed = state.status === "refused" || state.status === "unresolved";
  return (
    <span className="flex items-center gap-2">
      {failed && (
        <span role="status" title={state.error?.message} className="text-sm text-refused">
          Not begun
        </span>
      )}
      <Button inert={isPending} onClick={() => void begin().catch(() => undefined)}>
        {failed ? "Try again" : "New"}
      </Button>
    </span>
  );
}
