import { randomUUID } from "node:crypto";
import type { Rows } from "./rows.ts";

/**
 * Whose the row is that an input names. "ada": hers, so hers to act on, and of services of her tenant. "tenant": of all in the
 * tenant. "others": a person, for whom services may act. "nobody": it names none.
 */
export type Of = "ada" | "tenant" | "others" | "nobody";

export interface Example {
  readonly of: Of;
  /** Valid, with these rows; `key` is an idempotency key and `ownWalletId` a wallet of the caller's with credit. */
  input(rows: Rows, key: string, ownWalletId: string): object;
  /** The code under which a refusal is told that is inside of another, and then recorded. */
  readonly refusedWith?: "BATCH_REFUSED";
}

const example = (of: Of, input: Example["input"], more: Omit<Example, "of" | "input"> = {}): Example => ({
  of,
  input,
  ...more,
});

const amount = "1";
const currency = "sat";
const message = (id: string) => ({ id, role: "user", parts: [{ type: "text", text: "hello" }] });
const house = (price: string) => ({
  name: "a show",
  categories: [{ id: "standard", price }],
  sections: [{ id: "stalls", rows: [{ id: "A", seats: [{ id: "A1" }] }] }],
});
const elsewhere = "https://elsewhere.example.com";
const topic = (kind: string, id: string) => ({ topics: [{ kind, id, since: "0" }] });

/**
 * Examples by procedure: every one that there is must have some. Several, where an input can name rows in several places; a new
 * field that names a row deserves one of its own.
 */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  "wallets.open": [
    example("nobody", (_rows, idempotencyKey) => ({ idempotencyKey, currency })),
    example("others", ({ ownerId }, idempotencyKey) => ({ idempotencyKey, currency, ownerId })),
  ],
  "wallets.credit": [
    example("ada", ({ walletId }, idempotencyKey) => ({ idempotencyKey, walletId, amount })),
  ],
  "wallets.debit": [example("ada", ({ walletId }, idempotencyKey) => ({ idempotencyKey, walletId, amount }))],
  "wallets.transfer": [
    example("ada", ({ walletId: fromWalletId, otherWalletId: toWalletId }, idempotencyKey) => ({
      ...{ idempotencyKey, fromWalletId, toWalletId, amount },
    })),
    example("tenant", ({ otherWalletId: toWalletId }, idempotencyKey, fromWalletId) => ({
      ...{ idempotencyKey, fromWalletId, toWalletId, amount },
    })),
  ],
  "wallets.boost": [
    example("ada", ({ walletId: fromWalletId, otherWalletId: toWalletId }, idempotencyKey) => ({
      ...{ idempotencyKey, fromWalletId, toWalletId, amount },
    })),
    example("tenant", ({ otherWalletId: toWalletId }, idempotencyKey, fromWalletId) => ({
      ...{ idempotencyKey, fromWalletId, toWalletId, amount },
    })),
  ],
  "wallets.stream": [
    example("ada", ({ walletId: fromWalletId, otherWalletId: toWalletId }) => ({
      ...{ fromWalletId, toWalletId, amount, sessionId: "s", minute: 1 },
    })),
    example("tenant", ({ otherWalletId: toWalletId }, _key, fromWalletId) => ({
      ...{ fromWalletId, toWalletId, amount, sessionId: randomUUID(), minute: 1 },
    })),
  ],
  "wallets.hold": [
    example("ada", ({ walletId }, idempotencyKey) => ({
      ...{ idempotencyKey, walletId, amount, expiresInSeconds: 86_400 },
    })),
  ],
  "wallets.capture": [
    example("ada", ({ holdId }, idempotencyKey) => ({ idempotencyKey, holdId })),
    example("ada", ({ holdId, otherWalletId: toWalletId }, idempotencyKey) => ({
      ...{ idempotencyKey, holdId, toWalletId },
    })),
  ],
  "wallets.release": [example("ada", ({ holdId }, idempotencyKey) => ({ idempotencyKey, holdId }))],
  "wallets.batch": [
    example(
      "ada",
      ({ walletId }, idempotencyKey) => ({
        ...{ idempotencyKey, atomic: true, commands: [{ kind: "debit", walletId, amount }] },
      }),
      { refusedWith: "BATCH_REFUSED" },
    ),
  ],
  "wallets.mine": [example("nobody", () => ({})), example("others", ({ ownerId }) => ({ ownerId }))],
  "wallets.get": [example("ada", ({ walletId }) => ({ walletId }))],
  "wallets.history": [example("ada", ({ walletId }) => ({ walletId }))],
  "wallets.balanceAt": [example("ada", ({ walletId }) => ({ walletId, version: "1" }))],

  "shows.create": [
    example("nobody", (_rows, idempotencyKey) => ({ idempotencyKey, ...house("0") })),
    example("tenant", ({ otherWalletId: walletId }, idempotencyKey) => ({
      ...{ idempotencyKey, ...house("10"), walletId },
    })),
  ],
  "shows.list": [example("nobody", () => ({}))],
  "shows.get": [example("tenant", ({ showId }) => ({ showId }))],
  "seats.reserve": [
    example("tenant", ({ showId }, idempotencyKey) => ({
      idempotencyKey,
      showId,
      seatIds: ["A2"],
      replace: true,
    })),
    example("tenant", ({ showId }, idempotencyKey) => ({
      ...{ idempotencyKey, showId, bestAvailable: { quantity: 1 }, replace: true },
    })),
  ],
  "seats.extend": [
    example("ada", ({ token }, idempotencyKey) => ({ idempotencyKey, token, expiresInSeconds: 7_200 })),
  ],
  "seats.release": [example("ada", ({ token }, idempotencyKey) => ({ idempotencyKey, token }))],
  "seats.confirm": [
    example("ada", ({ token }, idempotencyKey, walletId) => ({ idempotencyKey, token, walletId })),
    example("ada", ({ token, walletId }, idempotencyKey) => ({ idempotencyKey, token, walletId })),
  ],
  "seats.check": [example("ada", ({ token }) => ({ token }))],

  "conversations.create": [
    example("nobody", (_rows, idempotencyKey) => ({ idempotencyKey })),
    example("others", ({ ownerId }, idempotencyKey) => ({ idempotencyKey, ownerId })),
  ],
  "conversations.append": [
    example("ada", ({ conversationId }, idempotencyKey) => ({
      ...{ idempotencyKey, conversationId, messages: [message("m")] },
    })),
  ],
  "conversations.send": [
    example("ada", ({ conversationId }, idempotencyKey) => ({
      ...{ idempotencyKey, conversationId, message: message("m"), whenBusy: "queue" },
    })),
    example("ada", ({ conversationId, walletId }, idempotencyKey) => ({
      ...{ idempotencyKey, conversationId, message: message("m"), whenBusy: "queue", walletId },
    })),
  ],
  "conversations.stop": [
    example("ada", ({ conversationId, answerId }, idempotencyKey) => ({
      ...{ idempotencyKey, conversationId, answerId },
    })),
  ],
  "conversations.importJson": [
    example("nobody", (_rows, idempotencyKey) => ({ idempotencyKey, messages: [message("m")] })),
    example("others", ({ ownerId }, idempotencyKey) => ({ idempotencyKey, messages: [], ownerId })),
  ],
  "conversations.list": [example("nobody", () => ({}))],
  "conversations.get": [example("ada", ({ conversationId }) => ({ conversationId }))],
  "conversations.messages": [example("ada", ({ conversationId }) => ({ conversationId }))],
  "conversations.exportJson": [example("ada", ({ conversationId }) => ({ conversationId }))],

  "operations.explain": [
    example("ada", ({ usedKey: idempotencyKey }) => ({ idempotencyKey })),
    example("ada", ({ operationId }) => ({ operationId })),
  ],

  "operations.verify": [example("nobody", () => ({}))],

  "webhooks.create": [
    example("nobody", (_rows, idempotencyKey) => ({ idempotencyKey, url: elsewhere, topics: ["wallet"] })),
  ],
  "webhooks.update": [
    example("tenant", ({ webhookId }, idempotencyKey) => ({ idempotencyKey, webhookId, url: elsewhere })),
  ],
  "webhooks.enable": [example("tenant", ({ webhookId }, idempotencyKey) => ({ idempotencyKey, webhookId }))],
  "webhooks.disable": [example("tenant", ({ webhookId }, idempotencyKey) => ({ idempotencyKey, webhookId }))],
  "webhooks.rotateSecret": [
    example("tenant", ({ webhookId }, idempotencyKey) => ({ idempotencyKey, webhookId })),
  ],
  "webhooks.remove": [example("tenant", ({ webhookId }, idempotencyKey) => ({ idempotencyKey, webhookId }))],
  "webhooks.replay": [
    example("tenant", ({ webhookId, walletId: id }, idempotencyKey) => ({
      ...{ idempotencyKey, webhookId, topic: { kind: "wallet", id }, fromVersion: "1" },
    })),
    example("tenant", ({ webhookId, deliveryId }, idempotencyKey) => ({
      ...{ idempotencyKey, webhookId, deliveryId },
    })),
  ],
  "webhooks.list": [example("nobody", () => ({}))],
  "webhooks.secret": [example("tenant", ({ webhookId }) => ({ webhookId }))],
  "webhooks.deliveries": [
    example("tenant", ({ webhookId }) => ({ webhookId })),
    example("tenant", ({ webhookId, deliveryId: before }) => ({ webhookId, before })),
  ],

  "keys.create": [
    example("nobody", (_rows, idempotencyKey) => ({ idempotencyKey, subject: "jobs", role: "service" })),
  ],
  "keys.revoke": [example("tenant", ({ keyId }, idempotencyKey) => ({ idempotencyKey, keyId }))],
  "keys.list": [example("nobody", () => ({}))],

  "changes.watch": [
    example("ada", ({ walletId }) => topic("wallet", walletId)),
    example("ada", ({ conversationId }) => topic("conversation", conversationId)),
    example("tenant", ({ showId }) => topic("show", showId)),
  ],
};
