// Bugs that people write, one at a time, as edits to the product's source. The torture run must catch every one of them;
// a bug that it can't see is a hole in the proof. `find` must fit the file exactly once.

import { edit, type Plant } from "./plant.ts";
import { seatPlants } from "./seat-plants.ts";

export const plants: readonly Plant[] = [
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
        'lockWallets(WALLETS_OF_HOLDS_TOO, "").replace("for no key update", "")',
      ),
      edit(
        "wallets/rows.ts",
        'lockWallets(WALLETS_OF_HOLDS_TOO, " skip locked")',
        'lockWallets(WALLETS_OF_HOLDS_TOO, "").replace("for no key update", "")',
      ),
    ],
  },
  {
    name: "look-up-before-lock",
    bug: "idempotency keys are looked up before the locks are taken, and trusted after",
    edits: [
      edit(
        "write-path/execute.ts",
        "  // 1 lock:",
        "  const early = await lookUp(tx, tenantId, [...new Set(calls.map((call) => call.command.idempotencyKey))]);\n  // 1 lock:",
      ),
      edit("write-path/execute.ts", "lookUp(tx, tenantId, keys)]);", "early]);"),
      edit(
        "write-path/record.ts",
        "(tenant_id, id, idempotency_key, kind, caller, input, outcome)`;",
        "(tenant_id, id, idempotency_key, kind, caller, input, outcome) on conflict do nothing`;",
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
    name: "key-not-scoped-to-tenant",
    bug: "a cache of outcomes whose key forgets the tenant",
    edits: [
      edit(
        "write-path/replay.ts",
        "const LOOK_UP = ",
        "const remembered = new Map<string, Recorded>();\n\nconst LOOK_UP = ",
      ),
      edit(
        "write-path/replay.ts",
        "  const [first] = rows;",
        "  for (const [key, outcome] of recorded) remembered.set(key, outcome);\n  for (const key of keys) if (remembered.has(key)) recorded.set(key, remembered.get(key) as Recorded);\n  const [first] = rows;",
      ),
    ],
  },
  {
    name: "fingerprint-ignored",
    bug: "a known key is replayed whatever the input says",
    edits: [
      edit(
        "write-path/replay.ts",
        "  if (recorded.input === call.input) return undefined;",
        "  return undefined;",
      ),
    ],
  },
  {
    name: "caller-not-in-fingerprint",
    bug: "another user who sends the same call with the same key is told its outcome",
    edits: [
      edit("write-path/replay.ts", '  if (recorded.caller !== call.caller) return ["idempotencyKey"];', ""),
    ],
  },
  {
    name: "refusal-not-recorded",
    bug: "refusals are answered and forgotten, so the same key may succeed later",
    edits: [edit("write-path/execute.ts", "if (!error.recorded) return decision;", "return decision;")],
  },
  {
    name: "commit-not-checked",
    bug: "failed statements and COMMIT's tag are ignored: ROLLBACK counts as success",
    edits: [
      edit(
        "transaction.ts",
        "if (failure !== undefined && !(failure instanceof SessionLost)) throw failure;",
        "",
      ),
      edit("transaction.ts", 'if (committed.tag !== "COMMIT") {', "if (committed.tag === undefined) {"),
    ],
  },
  {
    name: "zombie-transaction",
    bug: "a session connects again behind the transaction's back, with privileges of its own",
    edits: [
      edit(
        "session.ts",
        "if (socket !== undefined || loss !== undefined) throw loss",
        "if (loss !== undefined) throw loss",
      ),
      edit("session.ts", '    socket.on("close", () => lose("the connection closed"));\n', ""),
      edit("session.ts", '    onclose: () => lose("the connection closed"),\n', ""),
      edit(
        "connect.ts",
        "const role = user === LOGIN_ROLE ? undefined : LOGIN_ROLE;",
        "const role = undefined;",
      ),
    ],
  },
  {
    name: "fresh-key-after-unknown-commit",
    bug: "a batch whose COMMIT was not answered is run again under new keys",
    edits: [
      edit(
        "write-path/coalesce.ts",
        "for (const ticket of aboard) ticket.attempted = true;",
        "for (const ticket of aboard) { ticket.attempted = true; (ticket.call.command as { idempotencyKey: string }).idempotencyKey += Math.random(); }",
      ),
    ],
  },
  {
    name: "unknown-told-as-not-started",
    bug: "a caller whose transaction may yet commit is told that nothing happened",
    edits: [
      edit(
        "write-path/coalesce.ts",
        'outcome: queued ? "not_started" : "unknown"',
        'outcome: queued ? "not_started" : "not_started"',
      ),
    ],
  },
  {
    name: "unknown-commit-is-final",
    bug: "a COMMIT without an answer is reported as a failure that had no effect",
    edits: [
      edit(
        "write-path/coalesce.ts",
        "    const left = aboard.filter((ticket) => !ticket.settled);",
        '    if (error instanceof OutcomeUnknown) for (const ticket of aboard) ticket.reject(new HoldfastError("TIMEOUT", { outcome: "not_started" }));\n    const left = aboard.filter((ticket) => !ticket.settled);',
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
    edits: [edit("wallets/rows.ts", "pgArray(all.map((sum) => sum.steps))", "pgArray(all.map(() => 0n))")],
  },
  {
    name: "balance-set-not-incremented",
    bug: "the last change of a batch overwrites those before it",
    edits: [edit("wallets/rows.ts", "sum.amount += amount;", "sum.amount = amount;")],
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
];
