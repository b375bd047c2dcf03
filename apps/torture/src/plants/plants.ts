// Bugs that people write, one at a time, as edits to the product's source. The torture run must catch every one of them;
// a bug that it can't see is a hole in the proof. `find` must fit the file exactly once.

import { CliError } from "@holdfast/server/tool";
import { cachePlants } from "./cache-plants.ts";
import { conversationPlants } from "./conversation-plants.ts";
import { credentialPlants } from "./credential-plants.ts";
import { edit, type Plant } from "./plant.ts";
import { seatPlants } from "./seat-plants.ts";
import { writePathPlants } from "./write-path-plants.ts";

export const plants: readonly Plant[] = [
  ...writePathPlants,
  {
    name: "lock-dropped",
    bug: "wallets are read without a lock",
    edits: [edit("wallets/rows.ts", "for no key update${skip}) as wallet", ") as wallet")],
  },
  {
    name: "lock-too-weak",
    bug: "FOR KEY SHARE: a lock that does not exclude other writers",
    edits: [
      edit("wallets/rows.ts", "for no key update${skip}) as wallet", "for key share${skip}) as wallet"),
    ],
  },
  {
    name: "hold-lock-dropped",
    bug: "the wallet of a hold is read, but only named wallets are locked",
    edits: [
      edit(
        "wallets/rows.ts",
        'lockWallets(WALLETS_OF_HOLDS_TOO, "")',
        'lockWallets(WALLETS_OF_HOLDS_TOO, "").replace("for no key update) as wallet", ") as wallet")',
      ),
      edit(
        "wallets/rows.ts",
        'lockWallets(WALLETS_OF_HOLDS_TOO, " skip locked")',
        'lockWallets(WALLETS_OF_HOLDS_TOO, "").replace("for no key update) as wallet", ") as wallet")',
      ),
    ],
  },
  {
    name: "locks-unsorted",
    bug: "wallets are locked in any order",
    edits: [
      edit(
        "wallets/rows.ts",
        'const NAMED_WALLETS = "unnest($2::uuid[]) as wanted(key)";',
        'const NAMED_WALLETS = "(select key from unnest($2::uuid[]) as named(key) order by md5(key::text || clock_timestamp()::text)) as wanted";',
      ),
      edit(
        "wallets/rows.ts",
        "    order by key) as wanted`;",
        "    order by md5(key::text || clock_timestamp()::text)) as wanted`;",
      ),
    ],
  },
  {
    name: "expired-hold-captured",
    bug: "a hold can be captured after its time",
    edits: [
      edit(
        "wallets/decide-holds.ts",
        'if (hold.status === "expired" || (isLive(hold) && hold.expiresAtMs <= nowMs)) {',
        'if (hold.status === "expired" && nowMs < 0) {',
      ),
    ],
  },
  {
    name: "capture-beyond-hold",
    bug: "a capture may take more than the hold has set aside",
    edits: [
      edit("wallets/decide-holds.ts", "if (amount > remaining)", "if (amount > remaining + 1_000_000n)"),
    ],
  },
  {
    name: "release-keeps-the-credit",
    bug: "a released hold keeps its credit set aside",
    edits: [
      edit(
        "wallets/decide-holds.ts",
        '{ ...live.hold, status: "released" }, 0n, -live.remaining, context',
        '{ ...live.hold, status: "released" }, 0n, 0n, context',
      ),
    ],
  },
  {
    name: "version-not-advanced",
    bug: "the wallet's version stays behind its entries",
    edits: [
      edit("wallets/write-rows.ts", "pgArray(all.map((sum) => sum.steps))", "pgArray(all.map(() => 0n))"),
    ],
  },
  {
    name: "balance-set-not-incremented",
    bug: "the last change of a batch overwrites those before it",
    edits: [edit("wallets/write-rows.ts", "sum.amount += amount;", "sum.amount = amount;")],
  },
  {
    name: "balance-guard-dropped",
    bug: "nobody asks whether the credit is there",
    edits: [
      edit(
        "wallets/guards.ts",
        "if (amount <= spendable) return undefined;",
        "if (amount <= spendable + 1_000_000_000n) return undefined;",
      ),
    ],
  },
  {
    name: "recipient-forgotten",
    bug: "now and then a transfer takes and does not give",
    edits: [
      edit(
        "wallets/decide.ts",
        '  return move(from, -step.amount, context, [\n    { type: "move", walletId: recipient.id',
        '  if (step.amount === 7n) return move(from, -step.amount, context);\n  return move(from, -step.amount, context, [\n    { type: "move", walletId: recipient.id',
      ),
    ],
  },
  {
    name: "compare-and-set-ignored",
    bug: "ifVersion is accepted and not looked at",
    edits: [
      edit(
        "wallets/guards.ts",
        "if (expected === undefined || expected === wallet.version) return undefined;",
        "if (expected !== wallet.version - 1_000_000n) return undefined;",
      ),
    ],
  },
  {
    name: "batch-not-atomic",
    bug: "an atomic batch executes what it can",
    edits: [
      edit(
        "wallets/decide.ts",
        'if (atomic) return refuse("BATCH_REFUSED", { index, code, details });',
        'if (atomic && index === 0) return refuse("BATCH_REFUSED", { index, code, details });',
      ),
    ],
  },
  {
    name: "stuck-told-as-missing",
    bug: "a wallet that somebody else has locked is told as not found",
    edits: [
      edit(
        "wallets/rows.ts",
        "missing.length > 0 ? await existing(tx, tenantId, table, missing) : new Set<string>()",
        "new Set<string>()",
      ),
    ],
  },
  {
    name: "stale-read",
    bug: "reads come from a cache that nobody clears",
    edits: [
      edit(
        "wallets/queries.ts",
        "/** Services see every wallet of their tenant, users their own. */",
        "const cache = new Map<string, WalletView>();\n/** Services see every wallet of their tenant, users their own. */",
      ),
      edit(
        "wallets/queries.ts",
        '  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "walletId" });\n  return viewOf(row);',
        '  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "walletId" });\n  const name = principal.tenantId + walletId;\n  if (!cache.has(name)) setTimeout(() => cache.delete(name), 2_000);\n  if (!cache.has(name)) cache.set(name, viewOf(row));\n  return cache.get(name) as WalletView;',
      ),
    ],
  },
  {
    name: "tick-pays-twice",
    bug: "the key of a streamed minute forgets its session",
    edits: [
      edit(
        "wallets/commands.ts",
        "${tick.fromWalletId}:${tick.sessionId}:${tick.minute}",
        "${tick.fromWalletId}:${tick.sessionId}:${tick.minute}:${Math.random()}",
      ),
    ],
  },
  {
    name: "error-tells-the-cause",
    bug: "refusals carry the statement that was being run",
    edits: [
      edit(
        "wallets/guards.ts",
        "shortfall: `${amount - spendable}`,",
        'shortfall: `${amount - spendable}`,\n    ...{ hint: "update holdfast.wallets set credit_balance = credit_balance - $1 where id = $2" },',
      ),
    ],
  },
  ...seatPlants,
  ...conversationPlants,
  ...credentialPlants,
  ...cachePlants,
];

export function findPlant(name: string): Plant {
  const plant = plants.find((candidate) => candidate.name === name);
  if (plant === undefined)
    throw new CliError(`no plant "${name}"; there are: ${plants.map((each) => each.name).join(", ")}`);
  return plant;
}
