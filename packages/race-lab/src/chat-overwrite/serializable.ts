import { couldNotSerialize, done, one, type Strategy } from "../strategy.ts";
import { CHAT, type ChatMessage } from "./message.ts";

/** The naive code, in a transaction that Postgres lets commit only if it could have run alone; else it runs again. */
export const serializable: Strategy<ChatMessage> = async ({ sql, latency, trace }, message) => {
  for (;;) {
    try {
      await sql.begin("isolation level serializable", async (tx) => {
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
    } catch (error) {
      if (!couldNotSerialize(error)) throw error;
      trace("rolls back", "40001: could not serialize access");
      trace("retries");
    }
  }
};
