import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import type { Principal } from "../principal.ts";
import { deepFreeze } from "../testing/deep-freeze.ts";
import { ada, bob, shop } from "../testing/factories.ts";
import { WalletModel } from "../testing/wallet-model.ts";
import { type WalletStep, walletInputs } from "./commands.ts";
import { decideWallet, type WalletCommand } from "./decide.ts";
import { dueExpiries } from "./decide-holds.ts";
import { type Wallet, type WalletChange, WalletRows } from "./wallet.ts";

/** Commands by random principals at random times, decided by the implementation and by the model side by side. */

const START_MS = Date.UTC(2026, 10, 1);
/** A wallet this far below the limit counts from there in the model: its numbers are as small as anyone's. */
const ROOM = 40;
const NEAR_LIMIT = MAX_BALANCE - BigInt(ROOM);

/** [id, owner, currency, minimum, what happened so far]; `vault` is the one near the limit. */
const GIVEN = [
  ["purse", "ada", "sat", 0, [90, 10]],
  ["till", "bob", "sat", 0, [60]],
  ["euros", "ada", "eur", 0, [40]],
  ["line", "bob", "sat", -30, []],
  ["vault", "ada", "sat", 0, [0, 0, 0]],
] as const;

/** Mostly one of the given wallets or the latest holds, so that commands meet. */
const pick = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 4 }) },
  { weight: 1, arbitrary: fc.nat({ max: 30 }) },
);
const amount = fc.integer({ min: 1, max: 70 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
/** One in five names a version: half of them the right one. */
const versionOffset = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat({ max: 1 }));

/** A step before its ids are known: wallets and holds are picked from those that there are by then. */
const step = fc.record({
  kind: fc.oneof(
    { weight: 1, arbitrary: fc.constant("open" as const) },
    { weight: 9, arbitrary: fc.constantFrom("credit", "debit", "transfer", "boost", "hold", "release") },
    { weight: 5, arbitrary: fc.constantFrom("hold", "capture") },
  ),
  wallet: pick,
  other: pick,
  hold: pick,
  amount,
  versionOffset,
  part: maybe(amount),
  recipient: maybe(pick),
  final: maybe(fc.boolean()),
  seconds: fc.integer({ min: 1, max: 20 }),
  owner: maybe(fc.constantFrom("ada", "bob")),
  minimum: maybe(fc.constantFrom(-20n, 0n, 5n)),
});
const action = fc.record({
  by: fc.constantFrom<Principal>(ada, bob, shop, shop, shop),
  /** Time that passed before it, in milliseconds. */
  waited: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
  /** Whether the write path's `due` ran first, as it does when the hold's wallet is named. */
  swept: fc.boolean(),
  command: fc.oneof(
    { weight: 12, arbitrary: step },
    { weight: 1, arbitrary: fc.record({ stream: step }) },
    {
      weight: 2,
      arbitrary: fc.record({ atomic: fc.boolean(), steps: fc.array(step, { minLength: 1, maxLength: 5 }) }),
    },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** What must have come up, so that a pass means something: each kind with a success, and each refusal. */
const KINDS = [...Object.keys(walletInputs), "wallets.expire"];
const REFUSALS = [
  ...["NOT_FOUND", "FORBIDDEN", "BAD_REQUEST", "SAME_WALLET", "CURRENCY_MISMATCH", "INSUFFICIENT_FUNDS"],
  ...["BALANCE_LIMIT", "VERSION_CONFLICT", "HOLD_EXPIRED", "HOLD_CLOSED", "HOLD_EXCEEDED", "BATCH_REFUSED"],
];

class Sides {
  readonly rows = new WalletRows();
  readonly model = new WalletModel();
  #ids = 0;
  #operations = 0;

  constructor() {
    for (const [id, ownerId, currency, floor, moves] of GIVEN) {
      const base = id === "vault" ? NEAR_LIMIT : 0n;
      const ceiling = id === "vault" ? ROOM : Number.MAX_VALUE;
      const balance = base + BigInt(moves.reduce<number>((sum, move) => sum + move, 0));
      const wallet = {
        id,
        ownerId,
        currency,
        balance,
        held: 0n,
        minBalance: BigInt(floor),
        version: BigInt(moves.length),
      };
      this.rows.wallets.set(id, wallet);
      const modelFloor = id === "vault" ? -Number.MAX_SAFE_INTEGER / 4 : floor;
      this.model.wallets.set(id, { ownerId, currency, floor: modelFloor, ceiling, base, moves: [...moves] });
    }
  }

  stepOf(it: Step): WalletStep {
    const wallets = [...this.rows.wallets.keys(), "nowhere"];
    const holds = [...[...this.rows.holds.keys()].reverse(), "nowhere"];
    const at = (of: readonly string[], index: number) => of[index % of.length] ?? "nowhere";
    const walletId = at(wallets, it.wallet);
    const version = this.rows.wallets.get(walletId)?.version ?? 0n;
    const ifVersion = it.versionOffset === undefined ? undefined : version + BigInt(it.versionOffset);
    const paid = BigInt(it.amount);
    const between = { fromWalletId: walletId, toWalletId: at(wallets, it.other), amount: paid };
    switch (it.kind) {
      case "open":
        return { kind: "open", currency: "sat", minBalance: it.minimum, ownerId: it.owner };
      case "credit":
      case "debit":
        return { kind: it.kind, walletId, amount: paid, ifVersion };
      case "transfer":
        return { kind: "transfer", ...between, ifVersion };
      case "boost":
        return { kind: "boost", ...between };
      case "hold":
        return { kind: "hold", walletId, amount: paid, expiresInSeconds: it.seconds, ifVersion };
      case "capture": {
        const part = it.part === undefined ? undefined : BigInt(it.part);
        const toWalletId = it.recipient === undefined ? undefined : at(wallets, it.recipient);
        return { kind: "capture", holdId: at(holds, it.hold), amount: part, toWalletId, final: it.final };
      }
      case "release":
        return { kind: "release", holdId: at(holds, it.hold) };
    }
  }

  commandOf(command: Action["command"]): WalletCommand {
    const idempotencyKey = "key";
    if ("stream" in command) {
      const {
        fromWalletId,
        toWalletId,
        amount: paid,
      } = this.stepOf({ ...command.stream, kind: "boost" }) as WalletStep & {
        kind: "boost";
      };
      return {
        kind: "wallets.stream",
        idempotencyKey,
        fromWalletId,
        toWalletId,
        amount: paid,
        sessionId: "s",
        minute: 1,
      };
    }
    if ("steps" in command) {
      const commands = command.steps.map((one) => this.stepOf(one));
      return { kind: "wallets.batch", idempotencyKey, atomic: command.atomic, commands };
    }
    const { kind, ...rest } = this.stepOf(command);
    return { kind: `wallets.${kind}`, idempotencyKey, ...rest } as WalletCommand;
  }

  /** Decides on both sides, compares what they answer, and carries the changes into the rows. Answers the code. */
  run(command: WalletCommand, principal: Principal, nowMs: number): string {
    const first = this.#ids;
    const ids = () => {
      let last = first;
      return () => `new-${++last}`;
    };
    const operationId = `operation-${++this.#operations}`;
    const before = inOrder(this.rows);
    deepFreeze(command);
    const verdict = decideWallet(this.rows, command, {
      principal,
      nowMs,
      operationId,
      newId: ids(),
      derive: String,
    });
    expect(
      decideWallet(this.rows, command, { principal, nowMs, operationId, newId: ids(), derive: String }),
    ).toEqual(verdict);
    expect(inOrder(this.rows)).toEqual(before);

    const told = this.model.run(command, principal, nowMs, ids());
    if (!told.ok) {
      expect(verdict).toMatchObject(told);
      expect(verdict).not.toHaveProperty("changes");
      return told.code;
    }
    expect(verdict).toMatchObject({ ok: true, data: { ...told.data, operationId } });
    const changes = verdict.ok ? verdict.changes : [];
    const amounts = changes.flatMap((change) => (change.type === "move" ? [change.amount] : []));
    if (/transfer|boost|stream/.test(command.kind)) expect(amounts.reduce((a, b) => a + b)).toBe(0n);
    this.#apply(changes, operationId);
    this.#ids += changes.filter(({ type }) => type === "open" || type === "place-hold").length;
    return "ok";
  }

  #apply(changes: readonly WalletChange[], operationId: string): void {
    for (const change of changes) this.rows.apply(change, operationId);
    const opened = new Map(GIVEN.map(([id, , , , moves]) => [id as string, BigInt(moves.length)]));
    const versions = new Map(opened);
    for (const entry of this.rows.entries) {
      const version = (versions.get(entry.walletId) ?? 0n) + 1n;
      expect(entry.version).toBe(version);
      versions.set(entry.walletId, version);
    }
    for (const wallet of this.rows.wallets.values()) {
      expect(wallet.version).toBe(versions.get(wallet.id) ?? 0n);
      expect(shown(wallet)).toEqual(this.model.stand(wallet.id));
      expect(wallet.held >= 0n && wallet.held <= wallet.balance - wallet.minBalance).toBe(true);
      expect(wallet.balance <= MAX_BALANCE).toBe(true);
    }
    expect(this.rows.wallets.size).toBe(this.model.wallets.size);
  }
}

function shown({ balance, held, version }: Wallet) {
  return { balance: `${balance}`, held: `${held}`, available: `${balance - held}`, version: `${version}` };
}

function inOrder(rows: WalletRows) {
  return [
    ...rows.wallets,
    ...rows.holds,
    rows.entries.length,
    rows.opened.length,
    rows.placed.length,
    rows.settled.size,
  ];
}

test("every decision is the model's, whoever sends what in whatever order", { timeout: 60_000 }, () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 60, size: "max" }), (actions) => {
      const sides = new Sides();
      let nowMs = START_MS;
      for (const { by, waited, swept, command: planned } of actions) {
        nowMs += waited;
        const due = dueExpiries(sides.rows, nowMs);
        expect(due.map((one) => "holdId" in one && one.holdId)).toEqual(sides.model.due(nowMs));
        const calls = (swept ? due : []).map((one) => ({ command: one, principal: shop }));
        for (const { command, principal } of [
          ...calls,
          { command: sides.commandOf(planned), principal: by },
        ]) {
          const code = sides.run(command, principal, nowMs);
          seen.add(code === "ok" ? command.kind : code);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual([...KINDS, ...REFUSALS].sort());
});
