import { randomUUID } from "node:crypto";
import type { ConversationInput, Db, Principal } from "@holdfast/db";

const model: Principal = { tenantId: 1, subject: "model", role: "service" };

type Asked<K extends "conversations.save" | "conversations.settle"> = Omit<
  ConversationInput<K>,
  "idempotencyKey" | "conversationId" | "answerId"
>;

/** Says the answer that is under way in a conversation, as whoever generates answers does. */
export function answering(db: Db, conversationId: string, answerId: string) {
  const named = () => ({ idempotencyKey: randomUUID(), conversationId, answerId });
  return {
    say: (text: string, more: Partial<Asked<"conversations.save">> = {}) =>
      db.execute(model, {
        kind: "conversations.save",
        ...named(),
        steps: [{ at: 0, append: text }],
        ...more,
      }),
    end: (ended: Asked<"conversations.settle"> = { status: "complete" }) =>
      db.execute(model, { kind: "conversations.settle", ...named(), ...ended }),
  };
}

export async function beginConversation(db: Db, owner: Principal, title?: string): Promise<string> {
  const create = { kind: "conversations.create", idempotencyKey: randomUUID() } as const;
  const created = await db.execute(owner, { ...create, ...(title === undefined ? {} : { title }) });
  return created.conversationId;
}
