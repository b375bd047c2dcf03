import { done, one, type Strategy } from "../strategy.ts";
import { CHAT, type ChatMessage } from "./message.ts";

/** The write names the version whose array it appended to, and is no write if that is gone. */
export const optimistic: Strategy<ChatMessage> = async ({ sql, latency, trace }, message) => {
  for (;;) {
    const { history, version } = one(
      await sql<{ history: ChatMessage[]; version: number }[]>`
        select history, version from chats where id = ${CHAT}`,
    );
    trace("reads", `${history.length} messages, version ${version}`);

    await latency();

    const longer = [...history, message];
    const { count } = await sql`
      update chats set history = ${sql.json(longer)}, version = version + 1
      where id = ${CHAT} and version = ${version}`;
    if (count > 0) {
      trace("writes", `${longer.length} messages, version ${version + 1}`);
      return done;
    }
    trace("retries", `version ${version} is gone`);
  }
};
