import type { HoldfastFailure } from "@holdfast/client";
import type { ConversationCreated } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { type IntentHandle, useIntent } from "../intents/use-intent.ts";
import { queryKeys } from "../query-keys.ts";
import { readAgain } from "../read-again.ts";

export type CreateConversation = IntentHandle<{ title?: string }, ConversationCreated, HoldfastFailure>;

/** Begins a conversation; while one is being begun there is no second. */
export function useCreateConversation(): CreateConversation {
  const { client, queryClient, identity } = useHoldfast();
  return useIntent("conversations.create", async (input: { title?: string }, options) => {
    const created = await client.conversations.create.safe(input, options);
    if (created.ok) void readAgain(queryClient, queryKeys.conversations(identity));
    return created;
  });
}
