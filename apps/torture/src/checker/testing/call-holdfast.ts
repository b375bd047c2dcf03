import {
  type Db,
  exportConversation,
  getBalanceAt,
  getConversation,
  getReservation,
  getShow,
  getWallet,
  HoldfastError,
  listConversations,
  listEntries,
  listMessages,
  listShows,
  listWallets,
} from "@holdfast/db";
import type { Reply } from "../../history.ts";
import type { Intent } from "./intent.ts";
import { errorReply, replyOf } from "./replies.ts";
import type { Fields } from "./tiny-store.ts";

type Query = (db: Db, caller: Intent["caller"], input: never) => Promise<object>;

const QUERIES: Readonly<Record<string, Query>> = {
  "wallets.get": getWallet,
  "wallets.history": listEntries,
  "wallets.mine": listWallets,
  "wallets.balanceAt": getBalanceAt,
  "shows.get": getShow,
  "shows.list": listShows,
  "seats.check": getReservation,
  "conversations.get": getConversation,
  "conversations.list": listConversations,
  "conversations.messages": listMessages,
  "conversations.exportJson": exportConversation,
};

/** Calls Holdfast in this process; what it answers, as it would look on the wire. */
export async function callHoldfast(
  db: Db,
  { caller, procedure, input }: Intent,
  deadlineMs: number,
): Promise<Reply> {
  const query = QUERIES[procedure];
  const command = { ...input, kind: procedure as `${string}.${string}` };
  try {
    const data =
      query === undefined
        ? await db.execute(caller, command, { deadlineMs })
        : await query(db, caller, input as never);
    const replayed = "replayed" in data && data.replayed === true;
    return replyOf({ ok: true, data: data as Fields, replayed });
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return errorReply(error.code, error.status, error.details, error.replayed);
  }
}
