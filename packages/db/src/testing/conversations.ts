import type { ConversationInput, Db, Message, Principal } from "../index.ts";
import { ada, newKey } from "./factories.ts";

/** A message of one text part. */
export function text<Role extends Message["role"] = "user">(
  words: string,
  id: string = newKey("message"),
  role: Role = "user" as Role,
): Message & { role: Role } {
  return { id, role, parts: [{ type: "text", text: words }] };
}

/** The words of a message. */
export function wordsOf({ parts }: Message): string {
  return parts.map(({ text: words }) => words ?? "").join("");
}

/** A conversation, ada's unless said otherwise. */
export async function createConversation(
  db: Db,
  by: Principal = ada,
  more: Omit<ConversationInput<"conversations.create">, "idempotencyKey"> = {},
): Promise<string> {
  const create = { kind: "conversations.create", idempotencyKey: newKey("conversation"), ...more } as const;
  return (await db.execute(by, create)).conversationId;
}

type Asked<K extends "conversations.append" | "conversations.send"> = Omit<
  ConversationInput<K>,
  "idempotencyKey" | "conversationId"
>;

export function append(
  db: Db,
  by: Principal,
  conversationId: string,
  input: Asked<"conversations.append">,
  idempotencyKey: string = newKey(),
) {
  return db.execute(by, { kind: "conversations.append", idempotencyKey, conversationId, ...input });
}

export function send(
  db: Db,
  by: Principal,
  conversationId: string,
  input: Asked<"conversations.send">,
  idempotencyKey: string = newKey(),
) {
  return db.execute(by, { kind: "conversations.send", idempotencyKey, conversationId, ...input });
}
