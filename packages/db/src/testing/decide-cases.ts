import { expect, test } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import type { Principal } from "../principal.ts";
import { decideWallet, type WalletCommand } from "../wallets/decide.ts";
import { type Hold, type Wallet, WalletRows } from "../wallets/wallet.ts";
import { ada } from "./factories.ts";

export const NOW = Date.UTC(2026, 10, 1);

/** Balance, held, version. */
type Stand = readonly [balance: bigint, held: bigint, version: bigint];

/** The wallets that every case begins with. All are ada's but bob's; `line` may go down to -50. */
const GIVEN = {
  purse: [100n, 20n, 5n],
  bobs: [10n, 0n, 2n],
  euros: [50n, 0n, 1n],
  line: [0n, 0n, 0n],
  full: [MAX_BALANCE - 5n, 0n, 9n],
  broke: [37n, 37n, 4n],
} as const satisfies Record<string, Stand>;
type Name = keyof typeof GIVEN;

function wallet(id: Name, more: Partial<Wallet> = {}): Wallet {
  const [balance, held, version] = GIVEN[id];
  return { id, ownerId: "ada", currency: "sat", minBalance: 0n, balance, held, version, ...more };
}

function hold(id: string, walletId: Name, amount: bigint, more: Partial<Hold> = {}): Hold {
  return { id, walletId, amount, captured: 0n, status: "open", expiresAtMs: NOW + 60_000, ...more };
}

/** Live holds: `open` has 20 on the purse, `part` 30 left of 40 and `late`, whose time has come, 7 on the broke one. */
function given(): WalletRows {
  const rows = new WalletRows();
  for (const one of [
    wallet("purse"),
    wallet("bobs", { ownerId: "bob" }),
    wallet("euros", { currency: "eur" }),
    wallet("line", { minBalance: -50n }),
    wallet("full"),
    wallet("broke"),
  ]) {
    rows.wallets.set(one.id, one);
  }
  for (const one of [
    hold("open", "purse", 20n),
    hold("part", "broke", 40n, { captured: 10n, status: "partially_captured" }),
    hold("late", "broke", 7n, { expiresAtMs: NOW }),
    hold("gone", "purse", 5n, { status: "expired", expiresAtMs: NOW - 1 }),
    hold("taken", "purse", 5n, { captured: 5n, status: "captured", expiresAtMs: NOW - 1 }),
    hold("freed", "purse", 5n, { status: "released" }),
  ]) {
    rows.holds.set(one.id, one);
  }
  return rows;
}

/** A command without its key, which no decision looks at. */
export type Asked = WalletCommand extends infer C
  ? C extends WalletCommand
    ? Omit<C, "idempotencyKey">
    : never
  : never;

interface Expected {
  /** Only the wallets that changed: all others must stand as given. */
  readonly wallets?: Partial<Record<Name, Stand>>;
  /** Only the holds that changed. */
  readonly holds?: Readonly<Record<string, readonly [status: string, captured: bigint]>>;
  readonly answer?: object;
}

function decide(by: Principal, asked: Asked) {
  const rows = given();
  let ids = 0;
  const context = {
    principal: by,
    nowMs: NOW,
    operationId: "operation",
    newId: () => `new-${++ids}`,
    derive: String,
  };
  const verdict = decideWallet(rows, { ...asked, idempotencyKey: "key" } as WalletCommand, context);
  if (verdict.ok) for (const change of verdict.changes) rows.apply(change, "operation");
  return { verdict, rows };
}

function stands(rows: WalletRows): Record<string, Stand> {
  return Object.fromEntries(
    [...rows.wallets.values()].map(({ id, balance, held, version }) => [id, [balance, held, version]]),
  );
}

function holdsOf(rows: WalletRows): Record<string, readonly [status: string, captured: bigint]> {
  return Object.fromEntries(
    [...rows.holds.values()].map(({ id, status, captured }) => [id, [status, captured]]),
  );
}

/** The case of a success. The answer must say how the wallet stands now, and no other row may have changed. */
export function accepts(name: string, asked: Asked, { wallets, holds, answer }: Expected, by = ada): void {
  test(name, () => {
    const { verdict, rows } = decide(by, asked);
    expect(verdict).toMatchObject({ ok: true, data: { operationId: "operation", ...answer } });
    expect(stands(rows)).toMatchObject({ ...stands(given()), ...wallets });
    expect(holdsOf(rows)).toMatchObject({ ...holdsOf(given()), ...holds });
    const data = verdict.ok ? (verdict.data as Record<string, unknown>) : {};
    if (typeof data["walletId"] !== "string") return;
    const [balance, held, version] = stands(rows)[data["walletId"]] ?? [-1n, -1n, -1n];
    const state = { balance: `${balance}`, held: `${held}`, version: `${version}` };
    expect(data).toMatchObject({ ...state, available: `${balance - held}` });
  });
}

/** The case of a refusal: its code and details to the letter, and no row changed. */
export function refuses(
  name: string,
  asked: Asked,
  [code, details]: readonly [code: string, details: unknown],
  by = ada,
): void {
  test(`refuses ${name}`, () => {
    const { verdict, rows } = decide(by, asked);
    expect(verdict).toEqual({ ok: false, code, details });
    expect({ ...rows }).toEqual({ ...given() });
  });
}

/** Refusals that several commands share. */
export const refusal = {
  missing: (what: string) => ["NOT_FOUND", { what }] as const,
  forbidden: ["FORBIDDEN", { needs: "service" }] as const,
  stale: (expected: string, actual: string) => ["VERSION_CONFLICT", { expected, actual }] as const,
  short: (available: string, required: string, shortfall: string) =>
    ["INSUFFICIENT_FUNDS", { available, required, shortfall }] as const,
  full: ["BALANCE_LIMIT", { limit: `${MAX_BALANCE}` }] as const,
  sameWallet: ["SAME_WALLET", {}] as const,
  currency: ["CURRENCY_MISMATCH", { from: "sat", to: "eur" }] as const,
};
