import { describe, expect, test } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import { type Asked, accepts, NOW, refusal, refuses } from "../testing/decide-cases.ts";
import { bob, shop } from "../testing/factories.ts";
import type { WalletStep } from "./commands.ts";
import { dueExpiries } from "./decide-holds.ts";
import { WalletRows } from "./wallet.ts";

/** Each command's cases: successes first, then its refusals in the order in which they are checked. */

const { missing, forbidden, stale, short, full, sameWallet, currency } = refusal;
const expiredAt = (ms: number) => ["HOLD_EXPIRED", { expiredAt: new Date(ms).toISOString() }] as const;
const closed = (status: string) => ["HOLD_CLOSED", { status }] as const;
const exceeded = (remaining: string, requested: string) =>
  ["HOLD_EXCEEDED", { remaining, requested }] as const;

describe("hold", () => {
  const place = (walletId: string, amount: bigint, more: object = {}) =>
    ({ kind: "wallets.hold", walletId, amount, expiresInSeconds: 60, ...more }) as Asked;
  const placed = { holdId: "new-1", amount: "80", expiresAt: "2026-11-01T00:01:00.000Z" };

  accepts("all that is available", place("purse", 80n), {
    wallets: { purse: [100n, 100n, 6n] },
    answer: placed,
  });
  accepts("at the version named", place("purse", 1n, { ifVersion: 5n }), {
    wallets: { purse: [100n, 21n, 6n] },
  });
  accepts("on a credit line", place("line", 50n), { wallets: { line: [0n, 50n, 1n] } });
  accepts("for a user, by a service", place("bobs", 1n), { wallets: { bobs: [10n, 1n, 3n] } }, shop);

  refuses("a wallet that is not there", place("nowhere", 1n), missing("walletId"));
  refuses("another user's as not there", place("purse", 999n, { ifVersion: 4n }), missing("walletId"), bob);
  refuses("another version", place("purse", 999n, { ifVersion: 4n }), stale("4", "5"));
  refuses("what is held already", place("purse", 81n), short("80", "81", "1"));
  refuses("one below the minimum", place("line", 51n), short("0", "51", "1"));
});

describe("capture", () => {
  const capture = (holdId: string, more: object = {}) =>
    ({ kind: "wallets.capture", holdId, ...more }) as Asked;
  const all = {
    wallets: { purse: [80n, 0n, 6n] },
    holds: { open: ["captured", 20n] },
    answer: { walletId: "purse", holdId: "open", status: "captured", captured: "20", remaining: "0" },
  } as const;
  const seven = {
    wallets: { purse: [93n, 0n, 6n] },
    holds: { open: ["captured", 7n] },
    answer: { status: "captured", captured: "7", remaining: "0" },
  } as const;
  const sevenSoFar = {
    wallets: { purse: [93n, 13n, 6n] },
    holds: { open: ["partially_captured", 7n] },
    answer: { status: "partially_captured", captured: "7", remaining: "13" },
  } as const;
  const bobs = {
    wallets: { purse: [93n, 0n, 6n], bobs: [17n, 0n, 3n] },
    holds: { open: ["captured", 7n] },
  } as const;
  const theRest = { wallets: { broke: [7n, 7n, 5n] }, holds: { part: ["captured", 40n] } } as const;
  const brim = {
    wallets: { purse: [95n, 15n, 6n], full: [MAX_BALANCE, 0n, 10n] },
    holds: { open: ["partially_captured", 5n] },
  } as const;

  accepts("all of it when no amount is named", capture("open"), all);
  accepts("all of it by its amount", capture("open", { amount: 20n }), all);
  accepts("all of it closes the hold even if told not to", capture("open", { final: false }), all);
  accepts("a part, and what is left is available again", capture("open", { amount: 7n }), seven);
  accepts("a part finally", capture("open", { amount: 7n, final: true }), seven);
  accepts("a part, and the rest stays held", capture("open", { amount: 7n, final: false }), sevenSoFar);
  accepts("a part for another user's wallet", capture("open", { amount: 7n, toWalletId: "bobs" }), bobs);
  accepts(
    "up to the recipient's limit",
    capture("open", { amount: 5n, final: false, toWalletId: "full" }),
    brim,
  );
  accepts("what earlier captures left", capture("part"), theRest);
  accepts("for a user, by a service", capture("open"), all, shop);

  refuses("a hold that is not there", capture("nowhere"), missing("holdId"));
  refuses("another user's as not there", capture("gone", { amount: 99n }), missing("holdId"), bob);
  refuses("a hold whose time has come, to the millisecond", capture("late", { amount: 99n }), expiredAt(NOW));
  refuses("a hold that was found expired", capture("gone", { amount: 99n }), expiredAt(NOW - 1));
  refuses(
    "a captured one as closed, also after its time",
    capture("taken", { amount: 99n }),
    closed("captured"),
  );
  refuses("a released one", capture("freed", { amount: 99n }), closed("released"));
  refuses("more than is left", capture("part", { amount: 31n, toWalletId: "broke" }), exceeded("30", "31"));
  refuses("a wallet that pays itself", capture("open", { toWalletId: "purse" }), sameWallet);
  refuses("a recipient who is not there", capture("open", { toWalletId: "nowhere" }), missing("toWalletId"));
  refuses("another currency", capture("open", { toWalletId: "euros" }), currency);
  refuses("more than the recipient's limit", capture("open", { amount: 6n, toWalletId: "full" }), full);
});

describe("release", () => {
  const release = (holdId: string) => ({ kind: "wallets.release", holdId }) as const;
  const freed = {
    wallets: { purse: [100n, 0n, 6n] },
    holds: { open: ["released", 0n] },
    answer: { status: "released", captured: "0", remaining: "0" },
  } as const;
  const rest = { wallets: { broke: [37n, 7n, 5n] }, holds: { part: ["released", 10n] } } as const;

  accepts("what is held", release("open"), freed);
  accepts("what captures left", release("part"), rest);
  accepts("for a user, by a service", release("open"), freed, shop);

  refuses("a hold that is not there", release("nowhere"), missing("holdId"));
  refuses("another user's as not there", release("gone"), missing("holdId"), bob);
  refuses("a hold whose time has come", release("late"), expiredAt(NOW));
  refuses("a captured one", release("taken"), closed("captured"));
  refuses("a released one", release("freed"), closed("released"));
});

describe("expire", () => {
  const expire = (holdId: string) => ({ kind: "wallets.expire", holdId }) as const;
  const back = { wallets: { broke: [37n, 30n, 5n] }, holds: { late: ["expired", 0n] } } as const;

  accepts("gives back what is held", expire("late"), {
    ...back,
    answer: { status: "expired", remaining: "0" },
  });
  refuses("a hold that is not live", expire("taken"), missing("holdId"));
  refuses("a hold that is not there", expire("nowhere"), missing("holdId"));

  test("is due for live holds at their time and not a millisecond before", () => {
    const rows = new WalletRows();
    for (const status of ["open", "partially_captured", "captured", "released", "expired"] as const) {
      for (const late of [0, 1]) {
        const id = `${status}-${late}`;
        rows.holds.set(id, {
          id,
          walletId: "purse",
          amount: 2n,
          captured: 0n,
          status,
          expiresAtMs: NOW + late,
        });
      }
    }
    expect(dueExpiries(rows, NOW)).toEqual(
      ["open-0", "partially_captured-0"].map((holdId) => ({
        kind: "wallets.expire",
        idempotencyKey: `holdfast:expire:${holdId}`,
        holdId,
      })),
    );
  });
});

describe("batch", () => {
  const batch = (atomic: boolean, commands: WalletStep[]) =>
    ({ kind: "wallets.batch", atomic, commands }) as const;
  const debit = (walletId: string, amount: bigint): WalletStep => ({ kind: "debit", walletId, amount });
  const refused = (index: number, [code, details]: readonly [string, unknown]) =>
    ["BATCH_REFUSED", { index, code, details }] as const;
  const bothDebits = [debit("purse", 50n), debit("purse", 30n)];
  const emptied = { wallets: { purse: [20n, 20n, 7n] } } as const;
  const release: WalletStep = { kind: "release", holdId: "open" };
  const freedFirst = { wallets: { purse: [0n, 0n, 7n] }, holds: { open: ["released", 0n] } } as const;
  const independent = {
    wallets: { purse: [20n, 20n, 6n], bobs: [9n, 0n, 3n] },
    answer: {
      results: [
        { ok: true, kind: "debit", data: { walletId: "purse", balance: "20", version: "6" } },
        { ok: false, kind: "debit", code: "INSUFFICIENT_FUNDS", details: short("0", "1", "1")[1] },
        { ok: true, kind: "debit", data: { walletId: "bobs", balance: "9", version: "3" } },
      ],
    },
  } as const;

  accepts("atomic: all steps", batch(true, bothDebits), emptied);
  accepts("independent: all steps", batch(false, bothDebits), emptied);
  accepts(
    "steps see what the steps before them did",
    batch(true, [release, debit("purse", 100n)]),
    freedFirst,
  );
  const threeDebits = [debit("purse", 80n), debit("purse", 1n), debit("bobs", 1n)];
  accepts("independent: a refusal is that step's alone", batch(false, threeDebits), independent, shop);

  refuses("all for one", batch(true, threeDebits), refused(1, short("0", "1", "1")), shop);
  refuses("all for the last", batch(true, [release, debit("bobs", 1n)]), refused(1, missing("walletId")));
  refuses(
    "all for what is not allowed",
    batch(true, [{ kind: "credit", walletId: "purse", amount: 1n }]),
    refused(0, forbidden),
  );
});
