import { edit, type Plant } from "./plant.ts";

// What people get wrong about transactions, retries and keys, whatever it is that they write.
export const writePathPlants: readonly Plant[] = [
  {
    name: "lane-waits-for-nobody",
    bug: "a lane lingers for company, and waits for ever when what it had is gone meanwhile",
    edits: [
      edit(
        "write-path/coalesce.ts",
        "const nextTurn = () => new Promise((resolve) => setImmediate(resolve));",
        "const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5));",
      ),
      edit(
        "write-path/coalesce.ts",
        "      if (it.waiting.length === 0 && underWay.size === 0) break;\n",
        "",
      ),
      edit(
        "write-path/coalesce.ts",
        "    for (;;) {\n      await nextTurn();\n      // Asked",
        "    while (it.waiting.length > 0 || underWay.size > 0) {\n      await nextTurn();\n      // Asked",
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
        "  const early = await lookUp(\n    tx, tenantId, [...new Set(calls.map((call) => call.command.idempotencyKey))], registry.followed);\n  // 1 lock:",
      ),
      edit(
        "write-path/execute.ts",
        "lookUp(tx, tenantId, keys, registry.followed);",
        "Promise.resolve(early);",
      ),
      edit(
        "write-path/record.ts",
        "(tenant_id, id, idempotency_key, kind, caller, input, outcome)\n  returning",
        "(tenant_id, id, idempotency_key, kind, caller, input, outcome) on conflict do nothing\n  returning",
      ),
    ],
  },
  {
    name: "key-not-scoped-to-tenant",
    bug: "a cache of outcomes whose key forgets the tenant",
    edits: [
      edit(
        "write-path/replay.ts",
        "const lookUpStatement = ",
        "const remembered = new Map<string, Recorded>();\n\nconst lookUpStatement = ",
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
    edits: [edit("write-path/decide.ts", "if (!error.recorded) return decision;", "return decision;")],
  },
  {
    name: "cached-row-believed",
    bug: "what was decided on a cached row is written although the row has changed",
    edits: [
      edit(
        "wallets/write-rows.ts",
        "$5::tid[], $6::bigint[], $7::bigint[], $8",
        "array_fill(null::tid, array[cardinality($5::tid[])]), (select array_agg(version order by id) from holdfast.wallets where id = any($4::uuid[]) and $6::bigint[] is not null), (select array_agg(credit_balance order by id) from holdfast.wallets where id = any($4::uuid[]) and $7::bigint[] is not null), $8",
      ),
      // To look at the wallets the statement must have become the app role before.
      edit(
        "running-transaction.ts",
        "if (this.begun || this.#whole !== undefined) {",
        "if (this.tenantId > 0) {",
      ),
    ],
  },
  {
    name: "commit-not-checked",
    bug: "failed statements and COMMIT's tag are ignored: ROLLBACK counts as success",
    edits: [
      edit(
        "transaction.ts",
        "if (failure !== undefined && !(failure instanceof SessionLost)) {",
        "if (failure === null) {",
      ),
      edit("transaction.ts", 'if (committed.tag !== "COMMIT") {', "if (committed.tag === undefined) {"),
    ],
  },
  {
    name: "whole-not-checked",
    bug: "a whole transaction that Postgres refused counts as committed",
    edits: [
      edit(
        "transaction.ts",
        'throw session.lost ? new SessionLost("the session was lost at its beginning", { cause: error }) : error;',
        "if (session.lost) throw error;",
      ),
    ],
  },
  {
    name: "session-lent-to-two",
    bug: "the next transaction is put on a session while the one before it is still at work",
    edits: [
      edit(
        "pipeline.ts",
        "      return session;\n    },\n\n    committing",
        "      committing = session;\n      onOpen();\n      return session;\n    },\n\n    committing",
      ),
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
        "write-path/batches.ts",
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
        "write-path/batches.ts",
        "import { type Observer,",
        'import { HoldfastError } from "../errors.ts";\nimport { type Observer,',
      ),
      edit(
        "write-path/batches.ts",
        "    const left = aboard.filter((ticket) => !ticket.settled);",
        '    if (error instanceof OutcomeUnknown) for (const ticket of aboard) ticket.reject(new HoldfastError("TIMEOUT", { outcome: "not_started" }));\n    const left = aboard.filter((ticket) => !ticket.settled);',
      ),
    ],
  },
];
