import { expect, test } from "vitest";
import type { RowsWritten } from "../world/audit.ts";
import { checkChanges } from "./check-changes.ts";

const isProcedure = (kind: string) => !kind.endsWith(".expire");
const row = (
  transaction: string,
  table: string,
  operation: { kind?: string; ok?: boolean } = {},
): RowsWritten => ({
  ...{ transaction, table, tenantId: 1, action: "INSERT" },
  kind: operation.kind ?? null,
  ok: operation.ok ?? null,
});
const debit = (ok: boolean) => row("1", "operations", { kind: "wallets.debit", ok });
const expiry = row("2", "operations", { kind: "wallets.expire", ok: true });
const nothing = { successes: 0, refusals: 0 };

test.each<[string, RowsWritten[], { successes: number; refusals: number } | undefined, number]>([
  ["a refusal that wrote nothing", [], nothing, 0],
  ["a success and all that it wrote", [debit(true), row("1", "entries")], { successes: 1, refusals: 0 }, 0],
  ["a recorded refusal", [debit(false)], { successes: 0, refusals: 1 }, 0],
  ["what the clock did meanwhile", [expiry, row("2", "holds")], nothing, 0],
  ["nobody knows what was told", [debit(true)], undefined, 0],
  ["a success that nobody was told", [debit(true), row("1", "entries")], nothing, 1],
  ["a refusal that was told as one that is not recorded", [debit(false)], nothing, 1],
  [
    "a recorded refusal with more than its own row",
    [debit(false), row("1", "wallets")],
    { successes: 0, refusals: 1 },
    1,
  ],
  ["a row without any operation", [row("3", "wallets")], nothing, 1],
  ["a row beside the clock's, in a transaction of its own", [expiry, row("3", "holds")], nothing, 1],
])("%s", (_name, written, allowed, findings) => {
  expect(checkChanges(written, allowed, isProcedure)).toHaveLength(findings);
});
