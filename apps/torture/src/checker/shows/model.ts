import type { Asker } from "../model.ts";
import { type Refusal, type Step, textIn } from "../steps.ts";
import { chooseSeats } from "./choice.ts";
import { areAdjacent, inOrder, type Place } from "./house.ts";
import type { Booking, Facts, ShowWorld } from "./timeline.ts";

/**
 * What seats must do, written from the documents alone and single-threaded: given how a show stands, what does a command
 * answer, and which seats change? Of money it knows the price; what a wallet makes of it is the other model's business.
 */

export interface SeatChange {
  readonly status: "free" | "held" | "sold";
  readonly reservationId: string;
  readonly seatIds: readonly string[];
}

export interface ShowDone {
  readonly ok: true;
  /** The fields of the answer, but for those of the wallet that paid. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly changes: readonly SeatChange[];
  /** The reservations that it made or changed, as they are after it. */
  readonly bookings: readonly Booking[];
  /** Why the seats that the answer chose must not be chosen. */
  readonly objection?: string | undefined;
}

export interface Situation {
  readonly facts: Facts;
  readonly world: ShowWorld;
  readonly asker: Asker;
  readonly tokenHash: string | undefined;
  /** What the command is said to have answered: its ids are taken from there, and seats that were for it to choose. */
  readonly answer: Readonly<Record<string, unknown>>;
}

export function runShowStep(step: Step, situation: Situation): ShowDone | Refusal {
  switch (step.kind) {
    case "reserve":
      return reserve(step, situation);
    case "expire":
      return expire(step, situation);
    default:
      return useToken(step, situation);
  }
}

const refuse = (code: string, details: object): Refusal => ({ ok: false, code, details });
const isoOf = (ms: number): string => new Date(ms).toISOString();
const isSet = (names: readonly string[], others: readonly string[]): boolean =>
  names.length === others.length && names.every((name) => others.includes(name));

/** Seats are free the moment that their hold ends, whoever writes that down and when. */
function isTaken(world: ShowWorld, seatId: string, nowMs: number, butBy?: string): boolean {
  const holder = world.holderOf(seatId);
  if (holder === undefined || holder.id === butBy) return false;
  return holder.status !== "held" || holder.expiresAtMs > nowMs;
}

/** A customer's reservation that still holds its seats. */
function activeOf(world: ShowWorld, customerId: string, nowMs: number): Booking | undefined {
  const booking = world.heldBy(customerId);
  return booking !== undefined && booking.expiresAtMs > nowMs ? booking : undefined;
}

function alreadyActive({ id, seatIds, expiresAtMs }: Booking): Refusal {
  return refuse("RESERVATION_ACTIVE", { reservationId: id, seats: seatIds, expiresAt: isoOf(expiresAtMs) });
}

function reserve(step: Step, situation: Situation): ShowDone | Refusal {
  const { facts, world, asker, answer, tokenHash = "" } = situation;
  const customerId = textIn(step, "customerId") ?? asker.subject;
  if (asker.role === "user" && customerId !== asker.subject) return refuse("FORBIDDEN", { needs: "service" });
  const active = activeOf(world, customerId, asker.nowMs);
  const isFree = ({ id, blocked }: Place) => !blocked && !isTaken(world, id, asker.nowMs, active?.id);
  const choice = chooseSeats(step, facts.house, isFree, answer);
  if ("refusal" in choice && choice.refusal.code === "BAD_REQUEST") return choice.refusal;
  if (active !== undefined) {
    const again = Array.isArray(step["seatIds"]) && isSet(active.seatIds, step["seatIds"]);
    const data = { ...toldOf(active, 0, situation), alreadyHeld: true };
    if (again) return { ok: true, data, changes: [], bookings: [] };
    if (step["replace"] !== true) return alreadyActive(active);
  }
  if ("refusal" in choice) return choice.refusal;

  const { places, insteadOf, objection } = choice;
  const seatIds = inOrder(places).map(({ id }) => id);
  // Who keeps a seat has held it all the while, and the longest hold goes on.
  const keeps = active !== undefined && seatIds.some((id) => active.seatIds.includes(id));
  const heldSinceMs = keeps ? active.heldSinceMs : asker.nowMs;
  const booking: Booking = {
    id: textIn(answer, "reservationId") ?? "",
    showId: facts.id,
    customerId,
    seatIds,
    price: places.reduce((sum, { price }) => sum + price, 0n),
    status: "held",
    heldSinceMs,
    expiresAtMs: endOf(heldSinceMs, step["expiresInSeconds"], situation),
    tokenHash,
  };
  const freed: SeatChange[] =
    active === undefined ? [] : [{ status: "free", reservationId: active.id, seatIds: active.seatIds }];
  const changes: SeatChange[] = [...freed, { status: "held", reservationId: booking.id, seatIds }];
  const released = active === undefined ? [] : [{ ...active, status: "released" as const }];
  const data = {
    ...toldOf(booking, changes.length, situation),
    ...(insteadOf ? { insteadOf } : {}),
    ...(active === undefined ? {} : { replaced: active.id }),
  };
  return { ok: true, data, changes, bookings: [...released, booking], objection };
}

/** When a hold that lasts so long from now ends: not later than the show's longest hold allows. */
function endOf(heldSinceMs: number, seconds: unknown, { facts, asker }: Situation): number {
  const wanted = Number(seconds ?? facts.holdSeconds);
  return Math.min(asker.nowMs + wanted * 1000, heldSinceMs + facts.maxHoldSeconds * 1000);
}

/** What needs the token: extend, release and confirm. */
function useToken(step: Step, situation: Situation): ShowDone | Refusal {
  const { facts, world, asker, tokenHash } = situation;
  const booking = world.bookingOf(tokenHash ?? "");
  if (booking === undefined || (asker.role === "user" && booking.customerId !== asker.subject)) {
    return refuse("NOT_FOUND", { what: "token" });
  }
  const { status, expiresAtMs } = booking;
  if (status === "confirmed" || status === "released") return refuse("RESERVATION_CLOSED", { status });
  const isOver = status === "expired" || expiresAtMs <= asker.nowMs;
  const over = (taken: readonly string[]) =>
    refuse("RESERVATION_EXPIRED", { expiredAt: isoOf(expiresAtMs), taken });
  if (step.kind === "confirm") {
    if (isOver) {
      const taken = booking.seatIds.filter((id) => isTaken(world, id, asker.nowMs, booking.id));
      if (taken.length > 0) return over(taken);
      const rival = activeOf(world, booking.customerId, asker.nowMs);
      if (rival !== undefined) return alreadyActive(rival);
    }
    if (booking.price > 0n && step["walletId"] === undefined) return refuse("BAD_REQUEST", {});
    // Who comes too late, and finds everything free, holds it once more and buys it at once.
    return become(booking, "confirmed", isOver ? ["held", "sold"] : ["sold"], situation);
  }
  if (isOver) return over([]);
  if (step.kind === "release") return become(booking, "released", ["free"], situation);

  const granted = endOf(booking.heldSinceMs, step["expiresInSeconds"], situation);
  const wanted = asker.nowMs + Number(step["expiresInSeconds"]) * 1000;
  if (granted <= expiresAtMs && wanted > expiresAtMs) {
    return refuse("EXTENSION_LIMIT", { expiresAt: isoOf(expiresAtMs) });
  }
  const extended = { ...booking, expiresAtMs: Math.max(granted, expiresAtMs) };
  const data = { ...changedOf(extended, facts.id, world.version), ...leftOf(extended, asker) };
  return { ok: true, data, changes: [], bookings: [extended] };
}

function expire(step: Step, situation: Situation): ShowDone | Refusal {
  const booking = situation.world.booking(textIn(step, "reservationId") ?? "");
  if (booking?.status !== "held" || booking.expiresAtMs > situation.asker.nowMs) {
    return refuse("NOT_FOUND", { what: "reservationId" });
  }
  return become(booking, "expired", ["free"], situation);
}

function become(
  booking: Booking,
  status: Booking["status"],
  steps: readonly SeatChange["status"][],
  { facts, world }: Situation,
): ShowDone {
  const { id: reservationId, seatIds } = booking;
  const after = { ...booking, status };
  return {
    ok: true,
    data: changedOf(after, facts.id, world.version + steps.length),
    changes: steps.map((become) => ({ status: become, reservationId, seatIds })),
    bookings: [after],
  };
}

type Fields = Record<string, unknown>;

function changedOf(booking: Booking, showId: string, version: number): Fields {
  const { id: reservationId, seatIds: seats, price, status, expiresAtMs } = booking;
  const expiresAt = isoOf(expiresAtMs);
  return { reservationId, showId, seats, price: `${price}`, status, expiresAt, showVersion: `${version}` };
}

function leftOf({ expiresAtMs }: Booking, { nowMs }: Asker): Fields {
  return { expiresInSeconds: Math.max(0, Math.floor((expiresAtMs - nowMs) / 1000)) };
}

/** What a reserve tells; of the token, what is recorded of it. */
function toldOf(booking: Booking, steps: number, { facts, world, asker }: Situation): Fields {
  const places = booking.seatIds.flatMap((id) => facts.house.places.get(id) ?? []);
  const { organiserId: organiserWalletId } = facts;
  return {
    ...changedOf(booking, facts.id, world.version + steps),
    ...leftOf(booking, asker),
    ...(organiserWalletId === undefined ? {} : { organiserWalletId }),
    token: { tokenHash: booking.tokenHash },
    adjacent: areAdjacent(places),
  };
}
