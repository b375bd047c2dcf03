import { done, doneBefore, type HoldfastStrategy } from "../strategy.ts";
import type { ChatMessage, House } from "./message.ts";

/** A message is a row with a number of its own; nothing that another tab has written is written again. */
export const holdfast: HoldfastStrategy<ChatMessage, House> = async (caller, message) => {
  const { db, principal, house, latency, trace } = caller;
  await latency();

  trace("waits", "for its batch");
  const { lastSeq, replayed } = await db.execute(principal, {
    kind: "conversations.append",
    idempotencyKey: message.id,
    conversationId: house.conversation,
    messages: [{ id: message.id, role: "user", parts: [{ type: "text", text: message.text }] }],
  });
  trace("commits", `${lastSeq} messages${replayed ? ", as told before" : ""}`);
  return replayed ? doneBefore : done;
};
