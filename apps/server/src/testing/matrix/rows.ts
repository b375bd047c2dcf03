import { randomBytes, randomUUID } from "node:crypto";
import type { Db, Principal, Role } from "@holdfast/db";
import { deliver, makeWebhook } from "./webhook.ts";

/** What a tenant has of everything that a call can name: ada's, unless said otherwise. */
export interface Rows {
  readonly walletId: string;
  /** Somebody else's, of the same tenant. */
  readonly otherWalletId: string;
  readonly holdId: string;
  /** The tenant's; its seats A2 and A3 are free. */
  readonly showId: string;
  /** Of the reservation of A1. */
  readonly token: string;
  readonly conversationId: string;
  /** Under way. */
  readonly answerId: string;
  /** The tenant's. */
  readonly keyId: string;
  /** The tenant's; it follows wallets. */
  readonly webhookId: string;
  /** Of the first version of `walletId`, to that webhook. */
  readonly deliveryId: string;
  readonly operationId: string;
  /** The idempotency key of that operation. */
  readonly usedKey: string;
  /** Somebody who has a wallet and a conversation. */
  readonly ownerId: string;
}

const by = (tenantId: number, subject: string, role: Role): Principal => ({ tenantId, subject, role });

/** New rows of a tenant whose every text has `mark` in it: names, memos, messages, titles, keys. */
export async function makeRows(db: Db, tenantId: number, mark: string): Promise<Rows> {
  const [ada, shop, root] = [
    by(tenantId, "ada", "user"),
    by(tenantId, `${mark} shop`, "service"),
    by(tenantId, `${mark} root`, "admin"),
  ];
  const ownerId = `${mark} owner`;
  const key = () => ({ idempotencyKey: `${mark} ${randomUUID()}` });
  const text = (id: string) => ({
    id,
    role: "user" as const,
    parts: [{ type: "text" as const, text: mark }],
  });

  const webhookId = await makeWebhook(db, root, mark);
  const open = { kind: "wallets.open", currency: "sat" } as const;
  const [{ walletId }, { walletId: otherWalletId }] = await Promise.all([
    db.execute(shop, { ...open, ...key(), ownerId: "ada" }),
    db.execute(shop, { ...open, ...key(), ownerId }),
  ]);
  const credit = { walletId, amount: "1000", source: mark, memo: mark } as const;
  await db.execute(shop, { kind: "wallets.credit", ...key(), ...credit });
  const boost = { ...key(), fromWalletId: walletId, toWalletId: otherWalletId, amount: "1" } as const;
  const paid = await db.execute(ada, { kind: "wallets.boost", ...boost, message: mark, episodeTitle: mark });
  const hold = { walletId, amount: "10", expiresInSeconds: 86_400, memo: mark } as const;
  const { holdId } = await db.execute(ada, { kind: "wallets.hold", ...key(), ...hold });

  const seats = [1, 2, 3].map((number) => ({ id: `A${number}` }));
  const { showId } = await db.execute(shop, {
    ...{ kind: "shows.create", ...key(), name: mark, walletId: otherWalletId },
    ...{ holdSeconds: 86_400, maxHoldSeconds: 86_400 },
    categories: [{ id: "standard", name: mark, price: "10" }],
    sections: [{ id: "stalls", name: mark, rows: [{ id: "A", seats }] }],
  });
  const reserve = {
    kind: "seats.reserve",
    ...key(),
    showId,
    seatIds: ["A1"],
    expiresInSeconds: 3_600,
  } as const;
  const { token } = await db.execute(ada, reserve);

  const create = { kind: "conversations.create", title: mark } as const;
  const { conversationId } = await db.execute(ada, { ...create, ...key() });
  await db.execute(shop, { ...create, ...key(), ownerId });
  const message = text(`${mark} ${randomUUID()}`);
  const { answer } = await db.execute(ada, { kind: "conversations.send", ...key(), conversationId, message });
  const { keyId } = await db.execute(root, { kind: "keys.create", ...key(), subject: mark, role: "user" });
  const deliveryId = await deliver(db, root, webhookId, walletId);
  return {
    ...{ walletId, otherWalletId, holdId, showId, token, conversationId, answerId: answer?.answerId ?? "" },
    ...{
      keyId,
      webhookId,
      deliveryId,
      operationId: paid.operationId,
      usedKey: boost.idempotencyKey,
      ownerId,
    },
  };
}

/** Rows that nobody has. */
export function unknownRows(): Rows {
  return {
    ...{ walletId: randomUUID(), otherWalletId: randomUUID(), holdId: randomUUID(), showId: randomUUID() },
    // Three ids and a tag, as the token of a show that pays somebody.
    token: randomBytes(3 * 16 + 32).toString("base64url"),
    ...{ conversationId: randomUUID(), answerId: randomUUID(), keyId: randomUUID() },
    ...{ webhookId: randomUUID(), deliveryId: randomUUID() },
    ...{ operationId: randomUUID(), usedKey: randomUUID(), ownerId: randomUUID() },
  };
}
