import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { type Db, HoldfastError, type Principal } from "../index.ts";

/** Users own what they open; the shop is a service, so it acts for every user of tenant 1. */
export const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
export const bob: Principal = { tenantId: 1, subject: "bob", role: "user" };
export const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
export const root: Principal = { tenantId: 1, subject: "root", role: "admin" };

export function newKey(about = "key"): string {
  return `${about}-${randomUUID()}`;
}

export interface WalletOptions {
  readonly ownerId?: string;
  readonly currency?: string;
  readonly minBalance?: bigint;
  /** Who opens it: a service. */
  readonly by?: Principal;
}

/** A wallet, ada's when nobody else is named, with `balance` credited in one entry. */
export async function openWallet(db: Db, balance: bigint, options: WalletOptions = {}): Promise<string> {
  const { ownerId = "ada", currency = "sat", minBalance = 0n, by = shop } = options;
  const idempotencyKey = newKey("open");
  const open = { kind: "wallets.open", idempotencyKey, ownerId, currency, minBalance } as const;
  const { walletId } = await db.execute(by, open);
  if (balance > 0n) {
    await db.execute(by, {
      kind: "wallets.credit",
      idempotencyKey: newKey("credit"),
      walletId,
      amount: balance,
    });
  }
  return walletId;
}

export type Settled<T> =
  | { readonly ok: true; readonly answer: T }
  | { readonly ok: false; readonly code: string; readonly details: unknown; readonly replayed: boolean };

/** A call's answer or its error from the table; whatever else it throws is thrown on. */
export async function settle<T>(call: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, answer: await call };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { code, details, replayed } = error;
    return { ok: false, code, details, replayed };
  }
}

/** How many calls came to what: "ok", or a code of the error table. */
export function countOutcomes(settled: readonly Settled<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of settled) {
    const name = one.ok ? "ok" : one.code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

export interface WalletHoldings {
  readonly balance: bigint;
  readonly held: bigint;
  readonly version: bigint;
}

export interface Holdings {
  wallet(id: string): WalletHoldings;
  /** The signed amounts of a wallet's entries, oldest first. */
  amounts(walletId: string): bigint[];
  /** The kinds of the operations recorded under this key: none, or one. */
  kindsUnder(idempotencyKey: string): string[];
  readonly operations: readonly { kind: string; idempotencyKey: string; caller: string; outcome: string }[];
  readonly holds: ReadonlyMap<string, { status: string; amount: bigint; captured: bigint }>;
  /** Credit in all wallets together. */
  readonly total: bigint;
}

/** What is in the tables, read past Holdfast and past row-level security. */
export async function holdings(url: string): Promise<Holdings> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const wallets = new Map<string, WalletHoldings>();
    for (const row of await sql`select id, credit_balance, held, version from holdfast.wallets`) {
      wallets.set(String(row["id"]), {
        balance: BigInt(row["credit_balance"]),
        held: BigInt(row["held"]),
        version: BigInt(row["version"]),
      });
    }
    const entries = await sql`select wallet_id, amount from holdfast.entries order by wallet_id, version`;
    const operations = await sql<
      { kind: string; idempotencyKey: string; caller: string; outcome: string }[]
    >`select kind, idempotency_key as "idempotencyKey", caller, outcome::text from holdfast.operations order by id`;
    const holds = await sql`select id, status, amount, captured from holdfast.holds`;
    return {
      wallet(id) {
        const found = wallets.get(id);
        if (found === undefined) throw new Error(`there is no wallet ${id}`);
        return found;
      },
      amounts: (walletId) =>
        entries.filter((entry) => entry["wallet_id"] === walletId).map((entry) => BigInt(entry["amount"])),
      kindsUnder: (idempotencyKey) =>
        operations
          .filter((operation) => operation.idempotencyKey === idempotencyKey)
          .map((operation) => operation.kind),
      operations: [...operations],
      holds: new Map(
        holds.map((hold) => [
          String(hold["id"]),
          {
            status: String(hold["status"]),
            amount: BigInt(hold["amount"]),
            captured: BigInt(hold["captured"]),
          },
        ]),
      ),
      total: [...wallets.values()].reduce((sum, wallet) => sum + wallet.balance, 0n),
    };
  } finally {
    await sql.end({ timeout: 1 });
  }
}
