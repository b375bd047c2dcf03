import { done, one, type Strategy } from "../strategy.ts";
import { CHAT, type ChatMessage } from "./message.ts";

/** Read the array, append, write the array. */
export const naive: Strategy<ChatMessage> = async ({ sql, latency, trace }, message) => {
  await sql.begin(async (tx) => {
    const { history } = one(
      await tx<{ history: ChatMessage[] }[]>`select history from chats where id = ${CHAT}`,
    );
    trace("reads", `${history.length} messages`);

    await latency();

    const longer = [...history, message];
    await tx`update chats set history = ${tx.json(longer)} where id = ${CHAT}`;
    trace("writes", `${longer.length} messages, the last “${message.text}”`);
  });
  trace("commits");
  return done;
};
