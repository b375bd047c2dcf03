import { connect, migrate, type Principal, verify } from "@holdfast/db";
import postgres from "postgres";
import { together } from "../together.ts";
import { type Archive, type ArchiveContender, idInHistory, newMessage } from "./archive.ts";

const writer: Principal = { tenantId: 1, subject: "writer", role: "user" };
const MOST_IMPORTED = 10_000;
const MOST_APPENDED = 100;
const FILLERS = 2;
const UNHURRIED = { deadlineMs: 60_000 };

/** The product, in process. */
export const holdfastArchive: ArchiveContender = {
  name: "holdfast",
  description:
    "the write path, in process: a row a message, and calls that wait together share a transaction",
  rewrites: false,

  async setUp(url): Promise<Archive> {
    const admin = postgres(url, { max: 1, onnotice: () => {} });
    await admin`drop schema if exists holdfast cascade`;
    await migrate({ url });
    const db = connect({ url });
    let filled = 0;

    /** A conversation as one who moves in brings it: one import, and the rest of a long one in appends. */
    async function fillOne(messages: number): Promise<string> {
      const history = Array.from({ length: messages }, (_, at) => newMessage(idInHistory(at + 1)));
      const imported = history.slice(0, MOST_IMPORTED);
      const key = () => ({ idempotencyKey: `fill-${++filled}` });
      const created = { kind: "conversations.importJson", ...key(), messages: imported } as const;
      const { conversationId } = await db.execute(writer, created, UNHURRIED);
      for (let from = MOST_IMPORTED; from < messages; from += MOST_APPENDED) {
        const some = history.slice(from, from + MOST_APPENDED);
        const more = { kind: "conversations.append", ...key(), conversationId, messages: some } as const;
        await db.execute(writer, more, UNHURRIED);
      }
      return conversationId;
    }

    return {
      tables: ["holdfast.operations", "holdfast.messages", "holdfast.conversations"],

      async fill(conversations, messages) {
        const ids: string[] = [];
        let left = conversations;
        await together(Math.min(FILLERS, conversations), async (isStopped) => {
          while (left-- > 0 && !isStopped()) ids.push(await fillOne(messages));
        });
        return ids;
      },

      async append(conversationId, message, idempotencyKey) {
        const sent = { idempotencyKey, conversationId, messages: [message] };
        const { messages } = await db.execute(writer, { kind: "conversations.append", ...sent });
        return Number(messages[0]?.seq);
      },

      async idsOf(conversationId) {
        const rows = await admin<{ id: string }[]>`
          select message_id as id from holdfast.messages where conversation_id = ${conversationId} order by seq`;
        return rows.map(({ id }) => id);
      },

      // That seqs have no gap, that every message is what was sent, and the rest of the invariants.
      async findings() {
        return (await verify({ url })).map(({ table, row, message }) => `${table} ${row}: ${message}`);
      },

      async close() {
        await db.close();
        await admin.end();
      },
    };
  },
};
