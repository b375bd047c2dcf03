import type { Story } from "../story.ts";
import { counting, countUpdates, sentenceOf, toldDone } from "../verdict/count-updates.ts";
import { about } from "./about.ts";
import { advisoryLock } from "./advisory-lock.ts";
import { forUpdate } from "./for-update.ts";
import { holdfast } from "./holdfast.ts";
import { jsonbAppend } from "./jsonb-append.ts";
import { CHAT, type ChatMessage, type House } from "./message.ts";
import { naive } from "./naive.ts";
import { optimistic } from "./optimistic.ts";
import { serializable } from "./serializable.ts";

/** The ids of a chat's messages, in its order. */
type History = readonly string[];

/** One chat, open in as many tabs as there are callers. */
export const chatOverwrite: Story<ChatMessage, History, House> = {
  about,
  together: false,
  call: ({ number, round, place: tab }) => ({ id: `message-${number}`, tab, text: `tab ${tab}: ${round}` }),

  plain: {
    tables: () => `
      create table chats (id int primary key, history jsonb not null default '[]', version int not null default 0);
      insert into chats (id) values (${CHAT})`,
    strategies: {
      naive,
      "for-update": forUpdate,
      optimistic,
      serializable,
      "jsonb-append": jsonbAppend,
      "advisory-lock": advisoryLock,
    },
    rows: async (sql) => {
      const rows = await sql<{ id: string }[]>`
        select message ->> 'id' as id
        from chats cross join jsonb_array_elements(history) with ordinality as message_at (message, place)
        order by place`;
      return rows.map(({ id }) => id);
    },
  },

  holdfast: {
    open: async (db, principal) => {
      const { conversationId } = await db.execute(principal, {
        kind: "conversations.create",
        idempotencyKey: "chat",
      });
      return { conversation: conversationId };
    },
    strategy: holdfast,
    rows: async (sql) => {
      const rows = await sql<{ id: string }[]>`select message_id as id from holdfast.messages order by seq`;
      return rows.map(({ id }) => id);
    },
  },

  judge(asked, history) {
    const { lost, doubled } = countUpdates(asked, history);
    const done = toldDone(asked);
    const turned = countTurned(
      asked.map(({ call }) => call),
      history,
    );
    return {
      lost,
      doubled,
      wrong: turned > 0 ? `${counting(turned, "message")} before an earlier one of the same tab` : undefined,
      sentence:
        lost + doubled + turned === 0
          ? `Holds: ${counting(done, "message")} appended, and each is there once and in its order.`
          : sentenceOf("Broken:", [
              lost > 0 && `${counting(lost, "message")} confirmed and gone`,
              doubled > 0 && `${counting(doubled, "message")} there once too often`,
              turned > 0 && `${counting(turned, "message")} out of order`,
            ]),
      expected: `${counting(done, "message")} confirmed: ${counting(done, "message")} in the history`,
      found: `${counting(history.length, "message")} in the history`,
    };
  },
};

/** How many messages stand before one that their tab had sent earlier. */
function countTurned(
  sent: readonly { readonly id: string; readonly tab: number }[],
  history: History,
): number {
  const order = new Map(sent.map((message, at) => [message.id, { at, tab: message.tab }]));
  const latest = new Map<number, number>();
  let turned = 0;
  for (const id of history) {
    const message = order.get(id);
    if (message === undefined) continue;
    const before = latest.get(message.tab) ?? -1;
    if (message.at < before) turned++;
    latest.set(message.tab, Math.max(before, message.at));
  }
  return turned;
}
