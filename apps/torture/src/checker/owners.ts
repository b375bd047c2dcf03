import { dataOf } from "./attempts.ts";
import type { Case } from "./case.ts";
import { textIn } from "./steps.ts";
import type { Tables } from "./tables.ts";

export interface Owner {
  readonly tenantId: number;
  /** Undefined for what everybody of the tenant may know. */
  readonly subject: string | undefined;
  /** Whether nobody else may be told of it, in a success neither. */
  readonly secret: boolean;
}

/**
 * Whose each id of the tables is, and each token that was told: wallets' and holds' by the wallet's owner, reservations' and
 * their tokens' by the customer, operations' and their keys' by the caller; messages' and what they say, by the owner of the
 * conversation.
 */
export type Owners = ReadonlyMap<string, Owner>;

export function findOwners(
  { wallets, holds, operations, shows, reservations, conversations, messages }: Tables,
  cases: readonly Case[],
): Owners {
  const owners = new Map<string, Owner>();
  for (const { id, tenantId, ownerId } of wallets)
    owners.set(id, { tenantId, subject: ownerId, secret: false });
  for (const { id, tenantId, walletId } of holds) {
    owners.set(id, { tenantId, subject: owners.get(walletId)?.subject ?? "", secret: false });
  }
  for (const { id, tenantId } of shows) owners.set(id, { tenantId, subject: undefined, secret: false });
  for (const { id, tenantId, customerId } of reservations)
    owners.set(id, { tenantId, subject: customerId, secret: true });
  for (const attempt of cases.flatMap(({ attempts }) => attempts)) {
    const data = dataOf(attempt);
    const [token, owner] = [textIn(data, "token"), owners.get(textIn(data, "reservationId") ?? "")];
    if (token !== undefined && owner !== undefined) owners.set(token.toLowerCase(), owner);
  }
  for (const { id, tenantId, ownerId } of conversations)
    owners.set(id, { tenantId, subject: ownerId, secret: false });
  for (const { tenantId, conversationId, messageId, parts } of messages) {
    const owner = { tenantId, subject: owners.get(conversationId)?.subject ?? "", secret: true };
    // A message that came without an id is named after its place, and so are others.
    for (const text of [messageId, ...(JSON.stringify(parts).match(/canary-\d+/g) ?? [])])
      if (!text.startsWith("imported-")) owners.set(text, owner);
  }
  for (const { id, tenantId, idempotencyKey, caller } of operations) {
    const owner = { tenantId, subject: caller.slice(caller.indexOf(":") + 1), secret: false };
    owners.set(id, owner);
    if (!owners.has(idempotencyKey)) owners.set(idempotencyKey, owner);
  }
  return owners;
}
