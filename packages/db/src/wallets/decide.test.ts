import { describe, expect } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import type { Principal } from "../principal.ts";
import { type Asked, accepts, refusal, refuses } from "../testing/decide-cases.ts";
import { bob, shop } from "../testing/factories.ts";

/** Each command's cases: successes first, then its refusals in the order in which they are checked. */

const root: Principal = { tenantId: 1, subject: "root", role: "admin" };
const { missing, forbidden, stale, short, full, sameWallet, currency } = refusal;

describe("open", () => {
  const open = (more: object) => ({ kind: "wallets.open", currency: "sat", ...more }) as Asked;
  const empty = { walletId: "new-1", balance: "0", held: "0", available: "0", version: "0", currency: "sat" };
  const adas = { answer: { ...empty, ownerId: "ada", minBalance: "0" } };
  const positive = [
    "BAD_REQUEST",
    { issues: [{ path: "minBalance", message: expect.any(String) }] },
  ] as const;

  accepts("is the caller's own", open({}), adas);
  accepts("is the caller's own by name", open({ ownerId: "ada", minBalance: 0n }), adas);
  const bobs = { answer: { ...empty, ownerId: "bob", minBalance: "-9" } };
  accepts("for a user, by a service", open({ ownerId: "bob", minBalance: -9n }), bobs, shop);
  accepts("for a user, by an admin", open({ ownerId: "bob", minBalance: -9n }), bobs, root);

  refuses("a user who opens for another", open({ ownerId: "bob" }), forbidden);
  refuses("a user who grants a credit line", open({ minBalance: -1n }), forbidden);
  refuses("one who may not before what can not be", open({ ownerId: "bob", minBalance: 1n }), forbidden);
  refuses("a minimum that an empty wallet breaks", open({ minBalance: 1n }), positive);
  refuses("it to services too", open({ minBalance: 1n }), positive, shop);
});

describe("credit", () => {
  const credit = (walletId: string, amount: bigint, more: object = {}) =>
    ({ kind: "wallets.credit", walletId, amount, ...more }) as Asked;
  const credited = { wallets: { purse: [101n, 20n, 6n] } } as const;
  const toTheBrim = { wallets: { full: [MAX_BALANCE, 0n, 10n] } } as const;

  accepts("by a service", credit("purse", 1n), credited, shop);
  accepts("by an admin", credit("purse", 1n), credited, root);
  accepts("at the version named", credit("purse", 1n, { ifVersion: 5n }), credited, shop);
  accepts("up to the limit", credit("full", 5n), toTheBrim, shop);

  refuses("another user", credit("purse", 1n), forbidden, bob);
  refuses("a user whose wallet is not there", credit("nowhere", 1n), forbidden, bob);
  refuses("its owner", credit("purse", 1n, { ifVersion: 4n }), forbidden);
  refuses("a wallet that is not there", credit("nowhere", 1n), missing("walletId"), shop);
  refuses("another version", credit("full", 6n, { ifVersion: 8n }), stale("8", "9"), shop);
  refuses("more than the limit", credit("full", 6n), full, shop);
});

describe("debit", () => {
  const debit = (walletId: string, amount: bigint, more: object = {}) =>
    ({ kind: "wallets.debit", walletId, amount, ...more }) as Asked;

  accepts("all that is available", debit("purse", 80n), { wallets: { purse: [20n, 20n, 6n] } });
  accepts(
    "at the version named",
    debit("bobs", 9n, { ifVersion: 2n }),
    { wallets: { bobs: [1n, 0n, 3n] } },
    bob,
  );
  accepts("down to the minimum", debit("line", 50n), { wallets: { line: [-50n, 0n, 1n] } });
  accepts("for a user, by a service", debit("bobs", 10n), { wallets: { bobs: [0n, 0n, 3n] } }, shop);

  refuses("a wallet that is not there", debit("nowhere", 1n), missing("walletId"));
  refuses("another user's as not there", debit("purse", 999n, { ifVersion: 4n }), missing("walletId"), bob);
  refuses("another version", debit("purse", 999n, { ifVersion: 4n }), stale("4", "5"));
  refuses("what is held", debit("purse", 81n), short("80", "81", "1"));
  refuses("one below the minimum", debit("line", 51n), short("0", "51", "1"));
  refuses("all of it when all is held", debit("broke", 37n), short("0", "37", "37"));
});

for (const kind of ["transfer", "boost", "stream"] as const) {
  describe(kind, () => {
    const send = (fromWalletId: string, toWalletId: string, amount: bigint, more: object = {}) =>
      ({ kind: `wallets.${kind}`, fromWalletId, toWalletId, amount, ...more }) as Asked;
    const allOfIt = { wallets: { purse: [20n, 20n, 6n], bobs: [90n, 0n, 3n] } } as const;
    const back = { wallets: { purse: [110n, 20n, 6n], bobs: [0n, 0n, 3n] } } as const;
    const toTheBrim = { wallets: { purse: [95n, 20n, 6n], full: [MAX_BALANCE, 0n, 10n] } } as const;

    accepts("to another user", send("purse", "bobs", 80n), { ...allOfIt, answer: { walletId: "purse" } });
    accepts("between users, by a service", send("bobs", "purse", 10n), back, shop);
    accepts("up to the recipient's limit", send("purse", "full", 5n), toTheBrim);

    refuses("a payer who is not there", send("nowhere", "nowhere", 1n), missing("fromWalletId"));
    refuses("another user's as not there", send("purse", "purse", 1n), missing("fromWalletId"), bob);
    refuses("a wallet that pays itself", send("purse", "purse", 999n, { ifVersion: 4n }), sameWallet);
    refuses("a recipient who is not there", send("purse", "nowhere", 999n), missing("toWalletId"));
    refuses("another currency", send("purse", "euros", 999n, { ifVersion: 4n }), currency);
    refuses("more than is available", send("purse", "full", 81n), short("80", "81", "1"));
    refuses("more than the recipient's limit", send("purse", "full", 6n), full);

    if (kind !== "transfer") return;
    accepts("at the version named", send("purse", "bobs", 80n, { ifVersion: 5n }), allOfIt);
    refuses("another version", send("purse", "full", 999n, { ifVersion: 4n }), stale("4", "5"));
  });
}
