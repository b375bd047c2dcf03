import { expect, test } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import type { Principal } from "../principal.ts";
import { decideShow, type ShowCommand } from "../shows/decide.ts";
import { resolveLayout } from "../shows/layout.ts";
import { SeatPlan } from "../shows/seat-plan.ts";
import { type Held, type Show, ShowRows } from "../shows/show.ts";
import { type Wallet, WalletRows } from "../wallets/wallet.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { ada } from "./factories.ts";
import { house } from "./shows.ts";

const NOW = Date.UTC(2026, 10, 1);
/** A moment so many seconds from now. */
export const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();

/** Gold rows A and B at 50 a seat and a blue row C at 20; B3 is blocked and B4 for people who need it. */
const LAYOUT = {
  categories: [
    { id: "gold", price: 50n },
    { id: "blue", price: 20n },
  ],
  sections: [
    { id: "stalls", rows: house([".....", "..xa."]) },
    { id: "circle", category: "blue", rows: [{ id: "C", seats: [{ id: "C1" }, { id: "C2" }] }] },
  ],
};
const GRATIS = {
  categories: [{ id: "gratis", price: 0n }],
  sections: [{ id: "hall", rows: house(["..."]) }],
};

function planOf(sent: Parameters<typeof resolveLayout>[0]): SeatPlan {
  const resolved = resolveLayout(sent);
  if ("issues" in resolved) throw new TypeError(JSON.stringify(resolved.issues));
  return new SeatPlan(resolved.layout);
}

function show(id: string, version: bigint, plan: SeatPlan, walletId?: string): Show {
  return { id, walletId, holdSeconds: 300, maxHoldSeconds: 1_200, version, plan };
}

type Seats = readonly [string, ...string[]];
const reservation = (
  id: string,
  customerId: string,
  seatIds: Seats,
  price: bigint,
  status: Held["status"],
  more: Partial<Held> = {},
): Held => ({
  ...{ id, showId: "play", customerId, seatIds, price, status, tokenHash: `hash of ${id}` },
  ...{ heldSinceMs: NOW - 100_000, expiresAtMs: NOW + 200_000 },
  ...more,
});

/**
 * The play is at version 9 and the reading, which costs nothing, at 1. Ada holds A1 and A2 since 100 seconds, for 200 more;
 * bob A4, and the last seconds of its longest hold run; cara bought B1; dan's B2 and eve's A4 have expired; fay gave B5 back
 * and bob holds R1 of the reading.
 */
function given(): ShowRows {
  const rows = new ShowRows();
  rows.shows.set("play", show("play", 9n, planOf(LAYOUT), "till"));
  rows.shows.set("reading", show("reading", 1n, planOf(GRATIS)));
  const longest = { heldSinceMs: NOW - 1_190_000, expiresAtMs: NOW + 10_000 };
  const past = { heldSinceMs: NOW - 400_000, expiresAtMs: NOW - 100_000 };
  for (const one of [
    reservation("ada's", "ada", ["A1", "A2"], 100n, "held"),
    reservation("bob's", "bob", ["A4"], 50n, "held", longest),
    reservation("cara's", "cara", ["B1"], 50n, "confirmed", past),
    reservation("dan's", "dan", ["B2"], 50n, "expired", past),
    reservation("eve's", "eve", ["A4", "A5"], 100n, "expired", past),
    reservation("fay's", "fay", ["B5"], 50n, "released"),
    reservation("bob's reading", "bob", ["A1"], 0n, "held", { showId: "reading" }),
  ]) {
    rows.readReservation(one);
  }
  for (const { id, showId, seatIds, status } of rows.reservations.values()) {
    if (status === "expired" || status === "released") continue;
    const seat = { status: status === "held" ? ("held" as const) : ("sold" as const), reservationId: id };
    for (const seatId of seatIds) rows.read(showId, seatId, seat);
  }
  // Somebody had them once.
  for (const seatId of ["B2", "A5", "B5"])
    rows.read("play", seatId, { status: "free", reservationId: undefined });
  return rows;
}

const wallet = (id: string, balance: bigint, more: Partial<Wallet> = {}): Wallet => ({
  ...{ id, ownerId: "ada", currency: "sat", balance, held: 0n, minBalance: 0n, version: 3n },
  ...more,
});

function wallets(full: boolean): WalletRows {
  const rows = new WalletRows();
  for (const one of [
    wallet("purse", 100n),
    wallet("dan's purse", 100n, { ownerId: "dan" }),
    wallet("poor", 99n),
    wallet("held", 150n, { held: 51n }),
    wallet("dollars", 1_000n, { currency: "usd_cent" }),
    wallet("till", full ? MAX_BALANCE - 99n : 0n, { ownerId: "organiser" }),
  ]) {
    rows.wallets.set(one.id, one);
  }
  return rows;
}

/** A command without its key, which no decision looks at. */
export type Asked = ShowCommand extends infer C
  ? C extends ShowCommand
    ? Omit<C, "idempotencyKey">
    : never
  : never;

/** The token of one of the given reservations. */
export function tokenOf(id: string, tokenHash = `hash of ${id}`) {
  if (id === "bob's reading") return { reservationId: id, showId: "reading", tokenHash };
  return { reservationId: id, showId: "play", organiserWalletId: "till", tokenHash };
}

interface Situation {
  readonly by?: Principal;
  /** Seconds from now at which the call is decided, after what has become due. */
  readonly after?: number;
  /** Whether the organiser's wallet has room for 99 more and no further. */
  readonly full?: boolean;
}

function decide(asked: Asked, { by = ada, after = 0, full = false }: Situation) {
  const rows = given();
  const credit = wallets(full);
  const nowMs = NOW + after * 1000;
  const command = { ...asked, idempotencyKey: "key" } as ShowCommand;
  deepFreeze([
    command,
    by,
    [...rows.shows.values()],
    [...rows.reservations.values()],
    [...credit.wallets.values()],
  ]);
  const once = () => {
    let ids = 0;
    const newId = () => `018f0000-0000-7000-8000-00000000000${++ids}`;
    const context = {
      principal: by,
      nowMs,
      operationId: "operation",
      newId,
      derive: () => "tag",
    };
    return decideShow(rows, credit, command, Object.freeze(context));
  };
  const before = stateOf(rows);
  const verdict = once();
  deepFreeze(verdict);
  // Pure: nothing has changed, and the same is decided again.
  expect(stateOf(rows)).toEqual(before);
  expect(once()).toEqual(verdict);
  if (verdict.ok) for (const change of verdict.changes.shows) rows.apply(change, "operation");
  return { verdict, rows };
}

/** Everything that a decision could change, as text. */
function stateOf(rows: ShowRows): Record<string, string> {
  const state: Record<string, string> = {};
  for (const { id, version, plan } of rows.shows.values()) {
    state[id] = `version ${version}`;
    for (const place of plan.rows.flatMap(({ places }) => places)) {
      const seat = place === null ? undefined : rows.seat(id, place.seat.id);
      if (place !== null && seat !== undefined && seat.status !== "free")
        state[`${id} ${place.seat.id}`] = `${seat.status}, ${seat.reservationId}`;
    }
  }
  for (const { id, customerId, showId, status, expiresAtMs } of rows.reservations.values()) {
    const isActive = rows.activeOf(showId, customerId)?.id === id;
    state[id] = `${status} until ${at((expiresAtMs - NOW) / 1000)}${isActive ? ", active" : ""}`;
  }
  return state;
}

/** The id that the first, or only, reservation made gets. */
export const MADE = "018f0000-0000-7000-8000-000000000001";

interface Expected extends Situation {
  readonly answer: object;
  /** What became of shows, seats and reservations, by name as in `stateOf`: only what changed; undefined is gone. */
  readonly state?: Readonly<Record<string, string | undefined>>;
  /** Versions of the play that it makes: what each says. */
  readonly history?: readonly string[];
  /** What it moves, by wallet. */
  readonly paid?: Readonly<Record<string, bigint>>;
}

/** The case of a success: what it answers, and every row it changes. */
export function accepts(name: string, asked: Asked, expected: Expected): void {
  test(name, () => {
    const { answer, state = {}, history = [], paid = {} } = expected;
    const { verdict, rows } = decide(asked, expected);
    expect(verdict).toMatchObject({ ok: true, data: { operationId: "operation", ...answer } });
    const after: Record<string, string | undefined> = { ...stateOf(given()), ...state };
    for (const key of Object.keys(after)) if (after[key] === undefined) delete after[key];
    expect(stateOf(rows)).toEqual(after);
    expect(
      rows.history.map(({ version, status, seatIds, reservationId: of }) => {
        return `${version} ${status} ${seatIds.join(" ")} of ${of}`;
      }),
    ).toEqual(history);
    const moves = verdict.ok ? (verdict.changes.wallets ?? []) : [];
    expect(
      Object.fromEntries(
        moves.map((one) => (one.type === "move" ? [one.walletId, one.amount] : [one.type, 0n])),
      ),
    ).toEqual(paid);
  });
}

/** The case of a refusal: its code and details to the letter, and no row changed. */
export function refuses(
  name: string,
  asked: Asked,
  [code, details]: readonly [code: string, details: object],
  situation: Situation = {},
): void {
  test(`refuses ${name}`, () => {
    const { verdict, rows } = decide(asked, situation);
    expect(verdict).toEqual({ ok: false, code, details });
    expect(stateOf(rows)).toEqual(stateOf(given()));
  });
}
