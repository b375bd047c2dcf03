import {
  type Db,
  explainOperation,
  exportConversation,
  getBalanceAt,
  getConversation,
  getReservation,
  getWallet,
  getWebhookSecret,
  listConversations,
  listDeliveries,
  listEntries,
  listKeys,
  listMessages,
  listWaiting,
  listWallets,
  listWebhooks,
  type Principal,
} from "../index.ts";
import type { AdasThings } from "./adas-things.ts";

/** What queries need of a `Db`. */
export type Reader = Pick<Db, "read" | "registry" | "watch">;

/** A look at something of ada's, by the name of its query. */
type Look = readonly [about: string, (db: Reader, by: Principal) => Promise<unknown>];

/** Every query that tells of what belongs to somebody. */
export function looksAt(things: AdasThings): Look[] {
  const { purse, token, conversationId, askedKey, askedId } = things;
  const of = { conversationId };
  return [
    ["wallets.mine", (db, by) => listWallets(db, by, { ownerId: "ada" })],
    ["wallets.get", (db, by) => getWallet(db, by, { walletId: purse })],
    ["wallets.history", (db, by) => listEntries(db, by, { walletId: purse })],
    ["wallets.balanceAt", (db, by) => getBalanceAt(db, by, { walletId: purse, version: "1" })],
    [
      "wallets.balanceAt",
      (db, by) => getBalanceAt(db, by, { walletId: purse, at: new Date().toISOString() }),
    ],
    ["seats.check", (db, by) => getReservation(db, by, { token })],
    ["conversations.list", (db, by) => listConversations(db, by, {})],
    ["conversations.get", (db, by) => getConversation(db, by, of)],
    ["conversations.messages", (db, by) => listMessages(db, by, of)],
    ["conversations.exportJson", (db, by) => exportConversation(db, by, of)],
    ["what waits for an answer", (db, by) => listWaiting(db, by, things.waiting)],
    ["operations.explain", (db, by) => explainOperation(db, by, { idempotencyKey: askedKey })],
    ["operations.explain", (db, by) => explainOperation(db, by, { operationId: askedId })],
    ["watching a wallet", (db, by) => firstEvents(db, by, "wallet", purse)],
    ["watching a conversation", (db, by) => firstEvents(db, by, "conversation", conversationId)],
  ];
}

/** Every query that tells admins alone of what their tenant has. */
export function adminsLooksAt({ webhookId }: AdasThings): Look[] {
  return [
    ["keys.list", (db, by) => listKeys(db, by, {})],
    ["webhooks.list", (db, by) => listWebhooks(db, by, {})],
    ["webhooks.secret", (db, by) => getWebhookSecret(db, by, { webhookId })],
    ["webhooks.deliveries", (db, by) => listDeliveries(db, by, { webhookId })],
  ];
}

async function firstEvents(db: Reader, by: Principal, kind: string, id: string): Promise<unknown> {
  const leave = new AbortController();
  const stream = await db.watch(by, [{ kind, id }], leave.signal);
  const { value } = await stream.next();
  leave.abort();
  return value;
}
