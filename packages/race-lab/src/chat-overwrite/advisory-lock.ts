import { done, one, type Strategy } from "../strategy.ts";
import { CHAT, type ChatMessage } from "./message.ts";

/** A lock on a number that everybody agrees on, given up with the transaction. */
export const advisoryLock: Strategy<ChatMessage> = async ({ sql, latency, trace }, message) => {
  await sql.begin(async (tx) => {
    trace("waits", "for the lock");
    await tx`select pg_advisory_xact_lock(${CHAT})`;
    trace("locks", `chat ${CHAT}`);
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
