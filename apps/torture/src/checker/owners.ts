import type { Tables } from "./tables.ts";

/** Whose each id of the tables is: wallets' and holds' by the wallet's owner, operations' and their keys' by the caller. */
export type Owners = ReadonlyMap<string, { readonly tenantId: number; readonly subject: string }>;

export function findOwners({ wallets, holds, operations }: Tables): Owners {
  const owners = new Map<string, { tenantId: number; subject: string }>();
  for (const { id, tenantId, ownerId } of wallets) owners.set(id, { tenantId, subject: ownerId });
  for (const { id, tenantId, walletId } of holds) {
    owners.set(id, { tenantId, subject: owners.get(walletId)?.subject ?? "" });
  }
  for (const { id, tenantId, idempotencyKey, caller } of operations) {
    const owner = { tenantId, subject: caller.slice(caller.indexOf(":") + 1) };
    owners.set(id, owner);
    if (!owners.has(idempotencyKey)) owners.set(idempotencyKey, owner);
  }
  return owners;
}
