import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import type { Principal } from "../principal.ts";
import { deepFreeze } from "../testing/deep-freeze.ts";
import { ada, bob, shop } from "../testing/factories.ts";
import { MODEL_HOUSE, PLAN } from "../testing/model-house.ts";
import { type ModelWallet, ShowModel } from "../testing/show-model.ts";
import { WalletRows } from "../wallets/wallet.ts";
import { decideShow, type ShowCommand } from "./decide.ts";
import { dueExpiries } from "./decide-held.ts";
import type { Verdict } from "./guards.ts";
import { type Held, type HistoryEntry, type Seat, ShowRows } from "./show.ts";
import { hashToken, makeToken } from "./token.ts";

/** Commands by random principals at random times, decided by the implementation and by the model side by side. */

const START_MS = Date.UTC(2026, 10, 1);
const HOLD_SECONDS = 10;
const MAX_HOLD_SECONDS = 30;
const SHOWS = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"] as const;
const ORGANISER = "00000000-0000-7000-8000-0000000000ff";
/** So much the organiser can be paid before the limit of a balance. */
const ROOM = 40n;

/** [id, owner, currency, balance] */
const WALLETS = [
  ["adas", "ada", "sat", 90n],
  ["bobs", "bob", "sat", 45n],
  ["poor", "ada", "sat", 9n],
  ["euros", "bob", "eur", 500n],
  ["rich", "shop", "sat", 500n],
  [ORGANISER, "organiser", "sat", MAX_BALANCE - ROOM],
] as const;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const often = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const action = fc.record({
  kind: fc.constantFrom("reserve", "reserve", "best", "extend", "release", "confirm", "confirm"),
  by: fc.constantFrom<Principal>(ada, bob, { ...ada, subject: "cara" }, shop, shop),
  /** Time that passed before it, in milliseconds. */
  waited: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
    fc.constant(0),
    fc.constant(10_000),
  ),
  /** Whether a new transaction reads the rows, or the one goes on that made the last changes. */
  fresh: fc.boolean(),
  show: often<string>(SHOWS[0], fc.constantFrom(SHOWS[1], "nowhere")),
  seatIds: fc.uniqueArray(fc.constantFrom(...MODEL_HOUSE.map(({ id }) => id), "Z9"), {
    minLength: 1,
    maxLength: 3,
  }),
  /** Asks for the seats that somebody has or had, as who repeats a call does. */
  sameAs: maybe(fc.nat({ max: 3 })),
  nearest: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 4 }),
  section: maybe(often<string>("stalls", fc.constantFrom("circle", "moon"))),
  category: maybe(often<string>("gold", fc.constantFrom("blue", "gratis", "lead"))),
  replace: fc.boolean(),
  customer: maybe(fc.constantFrom("ada", "bob", "cara")),
  seconds: fc.integer({ min: 1, max: 40 }),
  secondsGiven: fc.boolean(),
  /** Of the latest reservation that its sender may use, or any of the latest. */
  token: fc.nat({ max: 3 }),
  mine: often(true, fc.constant(false)),
  forged: often(false, fc.constant(true)),
  wallet: maybe(fc.constantFrom(...WALLETS.map(([id]) => id), "nowhere")),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
type Token = Extract<ShowCommand, { kind: "seats.extend" }>["token"];
type Data = { showId: string; reservationId: string; seats: string[]; token: { tokenHash: string } };

/** What must have come up, so that a pass means something; and nothing else may. */
const MUST_COME_UP = [
  ...["seats.reserve", "seats.extend", "seats.release", "seats.confirm", "seats.expire"],
  ...["alreadyHeld", "insteadOf", "replaced", "bought late", "gratis"],
  ...["NOT_FOUND", "FORBIDDEN", "BAD_REQUEST", "SEATS_TAKEN", "NOT_ENOUGH_SEATS", "RESERVATION_ACTIVE"],
  ...["RESERVATION_EXPIRED", "RESERVATION_CLOSED", "EXTENSION_LIMIT", "INSUFFICIENT_FUNDS"],
  ...["CURRENCY_MISMATCH", "SAME_WALLET", "BALANCE_LIMIT"],
];

class Sides {
  rows = new ShowRows();
  readonly wallets = new WalletRows();
  readonly model: ShowModel;
  readonly seen: Map<string, number>;
  readonly #tokens: (Token & { customer: string })[] = [];
  /** What transactions before this one have written. */
  readonly #seats = new Map<string, Seat>();
  readonly #stored = new Map<string, Held>();
  readonly #history: HistoryEntry[] = [];
  /** The model's balances. */
  readonly #purses: ReadonlyMap<string, ModelWallet>;
  #ids = 0;

  constructor(seen: Map<string, number>) {
    this.seen = seen;
    for (const id of SHOWS) this.#showOf(id, 0n);
    for (const [id, ownerId, currency, balance] of WALLETS) {
      this.wallets.wallets.set(id, { id, ownerId, currency, balance, held: 0n, minBalance: 0n, version: 0n });
    }
    const given = WALLETS.map(
      ([id, ownerId, currency, balance]) => [id, { ownerId, currency, balance }] as const,
    );
    this.#purses = new Map(given);
    this.model = new ShowModel({
      ...{ house: MODEL_HOUSE, shows: SHOWS, holdSeconds: HOLD_SECONDS, maxHoldSeconds: MAX_HOLD_SECONDS },
      ...{ wallets: this.#purses, organiser: ORGANISER, ceiling: MAX_BALANCE },
    });
  }

  #showOf(id: string, version: bigint): void {
    const times = { holdSeconds: HOLD_SECONDS, maxHoldSeconds: MAX_HOLD_SECONDS };
    this.rows.shows.set(id, { id, walletId: ORGANISER, ...times, version, plan: PLAN });
  }

  commandOf(it: Action): ShowCommand {
    const idempotencyKey = "key";
    const expiresInSeconds = it.secondsGiven ? it.seconds : undefined;
    const { replace, customer: customerId } = it;
    const reserve = { kind: "seats.reserve", idempotencyKey, showId: it.show, replace, customerId } as const;
    const latest = this.#tokens.toReversed();
    const again = it.sameAs === undefined ? undefined : this.model.reservations.at(-1 - it.sameAs);
    const usable =
      it.mine && it.by.role === "user" ? latest.filter(({ customer }) => customer === it.by.subject) : latest;
    const none = { reservationId: "nowhere", showId: SHOWS[0], customer: "" };
    const { customer: _, ...found } = usable[it.token % usable.length] ?? none;
    const token: Token = { tokenHash: "none", ...found, ...(it.forged && { tokenHash: "forged" }) };
    switch (it.kind) {
      case "reserve": {
        const seatIds = again?.seats.map(({ id }) => id).reverse() ?? it.seatIds;
        return { ...reserve, seatIds, expiresInSeconds, ifTaken: it.nearest ? "nearest" : undefined };
      }
      case "best": {
        const { quantity, section, category } = it;
        return { ...reserve, bestAvailable: { quantity, section, category }, expiresInSeconds };
      }
      case "extend":
        return { kind: "seats.extend", idempotencyKey, token, expiresInSeconds: it.seconds };
      case "release":
        return { kind: "seats.release", idempotencyKey, token };
      case "confirm":
        return { kind: "seats.confirm", idempotencyKey, token, walletId: it.wallet };
    }
  }

  /** Decides on both sides, compares what they answer, and carries the changes into the rows. */
  run(command: ShowCommand, principal: Principal, nowMs: number): void {
    const idsFrom = (first: number) => () => `00000000-0000-7000-8000-${String(++first).padStart(12, "0")}`;
    const operationId = `operation-${this.#ids}`;
    const before = inOrder(this.rows, this.wallets);
    deepFreeze([command, [...this.rows.shows.values()], [...this.rows.reservations.values()]]);
    deepFreeze([...this.wallets.wallets.values()]);
    const decide = (): Verdict => {
      const context = {
        principal,
        nowMs,
        operationId,
        newId: idsFrom(this.#ids),
        derive: (text: string) => text,
      };
      return decideShow(this.rows, this.wallets, command, context);
    };
    const verdict = decide();
    expect(decide()).toEqual(verdict);
    expect(inOrder(this.rows, this.wallets)).toEqual(before);

    const { seats: chosen = [], token } = (verdict.ok ? verdict.data : {}) as Partial<Data>;
    const tag = token?.tokenHash ?? "";
    const call = { by: principal, now: nowMs, newId: idsFrom(this.#ids), chosen, tag };
    const wasLate =
      "token" in command && this.rows.reservations.get(command.token.reservationId)?.status === "expired";
    const told = this.model.run(command, call);
    if (!told.ok) {
      expect(verdict).toMatchObject(told);
      expect(verdict).not.toHaveProperty("changes");
      this.#see(told.code);
      return;
    }
    expect(verdict).toMatchObject({ ok: true, data: { ...told.data, operationId } });
    if (!verdict.ok) return;
    this.#see(command.kind);
    for (const what of ["alreadyHeld", "insteadOf", "replaced"] as const) {
      expect(Object.hasOwn(verdict.data as object, what)).toBe(Object.hasOwn(told.data, what));
      if (what in told.data) this.#see(what);
    }
    if (command.kind === "seats.confirm" && wasLate) this.#see("bought late");
    if (command.kind === "seats.confirm" && verdict.changes.wallets?.length === 0) this.#see("gratis");
    if (token !== undefined) this.#keep(verdict.data as Data);
    for (const change of verdict.changes.shows) this.rows.apply(change, operationId);
    for (const change of verdict.changes.wallets ?? []) this.wallets.apply(change, operationId);
    this.#ids += 1;
    this.#compare();
  }

  #see(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** The token of a new reservation, whose hash is what its answer records. */
  #keep({ reservationId, showId, token }: Data): void {
    const parts = { reservationId, showId, organiserWalletId: ORGANISER };
    expect(token.tokenHash).toBe(hashToken(makeToken(parts, (text) => text)));
    const customer = this.model.reservations.find(({ id }) => id === reservationId)?.customer ?? "";
    this.#tokens.push({ ...parts, ...token, customer });
  }

  #compare(): void {
    const history = [...this.#history, ...this.rows.history];
    for (const showId of SHOWS) {
      const entries = history.filter((entry) => entry.showId === showId);
      expect(entries.map(({ version }) => version)).toEqual(entries.map((_, at) => BigInt(at + 1)));
      expect(this.rows.shows.get(showId)?.version).toBe(BigInt(entries.length));
      expect(this.model.versions.get(showId)).toBe(entries.length);
      const counts = { free: 0, held: 0, sold: 0 };
      for (const { id } of MODEL_HOUSE) {
        const owner = this.model.owner(showId, id);
        const status = owner === undefined ? "free" : owner.sold ? "sold" : "held";
        const seat = this.rows.seat(showId, id);
        expect([id, seat?.status ?? "free"]).toEqual([id, status]);
        if (status === "held") expect(seat?.reservationId).toBe(owner?.id);
        counts[status] += 1;
      }
      const sum = (status: string) =>
        entries.reduce((total, entry) => total + (entry.status === status ? entry.seatIds.length : 0), 0);
      expect([sum("held") - sum("free") - sum("sold"), sum("sold")]).toEqual([counts.held, counts.sold]);
    }
    for (const { id, balance } of this.wallets.wallets.values()) {
      expect([id, balance]).toEqual([id, this.#purses.get(id)?.balance]);
    }
  }

  /** Ends the transaction: what it writes must find what it expects to. The next one reads all of every show. */
  commit(): void {
    const { history, reserved, settled, changed, reservations } = this.rows;
    for (const [showId, seats] of changed) {
      for (const [seatId, before] of seats) {
        const after = this.rows.seat(showId, seatId);
        const stored = this.#seats.get(`${showId} ${seatId}`);
        expect(stored?.reservationId).toBe(before?.reservationId);
        expect([stored === undefined, stored?.status]).toEqual([before === undefined, before?.status]);
        expect(stored?.status).not.toBe("sold");
        if (after !== undefined) this.#seats.set(`${showId} ${seatId}`, after);
      }
    }
    for (const id of reserved.keys()) expect(this.#stored.has(id)).toBe(false);
    for (const [id, status] of settled) expect(this.#stored.get(id)?.status).toBe(status);
    for (const id of [...reserved.keys(), ...settled.keys()])
      this.#stored.set(id, reservations.get(id) as Held);
    expect(new Map(this.#stored)).toEqual(new Map(reservations));
    this.#history.push(...history);
    const versions = [...this.rows.shows.values()].map(({ id, version }) => [id, version] as const);

    this.rows = new ShowRows();
    for (const [id, version] of versions) this.#showOf(id, version);
    for (const [name, { status, reservationId }] of this.#seats) {
      const [showId = "", seatId = ""] = name.split(" ");
      // Whose a sold seat is nobody asks who reads a whole show.
      this.rows.read(showId, seatId, {
        status,
        reservationId: status === "held" ? reservationId : undefined,
      });
    }
    for (const one of this.#stored.values()) this.rows.readReservation(one);
  }
}

function inOrder(rows: ShowRows, wallets: WalletRows) {
  return [
    ...[...rows.shows.values()].map(({ version }) => version),
    ...[...rows.reservations.values()].map((one) => ({ ...one })),
    ...SHOWS.flatMap((show) => MODEL_HOUSE.map(({ id }) => ({ ...rows.seat(show, id) }))),
    ...[rows.history.length, rows.reserved.size, rows.settled.size, rows.created.length],
    ...[...wallets.wallets.values()].map(({ balance, version }) => [balance, version]),
  ];
}

test("every decision is the model's, whoever sends what in whatever order", { timeout: 60_000 }, () => {
  const seen = new Map(MUST_COME_UP.map((what) => [what, 0]));
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 60, size: "max" }), (actions) => {
      const sides = new Sides(seen);
      let nowMs = START_MS;
      for (const planned of actions) {
        nowMs += planned.waited;
        if (planned.fresh) sides.commit();
        const due = dueExpiries(sides.rows, nowMs);
        expect(due.map(({ reservationId }) => reservationId)).toEqual(sides.model.due(nowMs));
        for (const command of due) sides.run(command, shop, nowMs);
        sides.run(sides.commandOf(planned), planned.by, nowMs);
      }
    }),
    { numRuns: 300 },
  );
  expect([...seen.keys()]).toEqual(MUST_COME_UP);
  expect(Math.min(...seen.values())).toBeGreaterThan(0);
});
