import { done, one, type Strategy } from "../strategy.ts";
import { CHAT, type ChatMessage } from "./message.ts";

/** Postgres appends to the array as it is when the row's lock is there. It writes the whole array again each time. */
export const jsonbAppend: Strategy<ChatMessage> = async ({ sql, latency, trace }, message) => {
  await latency();

  trace("waits", "for the chat");
  const { length } = one(
    await sql<{ length: number }[]>`
      update chats set history = history || ${sql.json([message])}
      where id = ${CHAT}
      returning jsonb_array_length(history) as length`,
  );
  trace("writes", `${length} messages, the last “${message.text}”`);
  return done;
};
