import { done, one, type Strategy } from "../strategy.ts";
import { CHAT, type ChatMessage } from "./message.ts";

/** The array is locked from its read to its write. */
export const forUpdate: Strategy<ChatMessage> = async ({ sql, latency, trace }, message) => {
  await sql.begin(async (tx) => {
    trace("waits", "for the chat");
    const { history } = one(
      await tx<{ history: ChatMessage[] }[]>`select history from chats where id = ${CHAT} for update`,
    );
    trace("locks", `${history.length} messages`);

    await latency();

    const longer = [...history, message];
    await tx`update chats set history = ${tx.json(longer)} where id = ${CHAT}`;
    trace("writes", `${longer.length} messages, the last “${message.text}”`);
  });
  trace("commits");
  return done;
};
