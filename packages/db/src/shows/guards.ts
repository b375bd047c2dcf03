import { actsForOthers, type Principal } from "../principal.ts";
import { refuse } from "../wallets/guards.ts";
import type { WalletChange } from "../wallets/wallet.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { Extended, ReservationChanged } from "./commands.ts";
import type { Held, Show, ShowChange, ShowRows } from "./show.ts";
import type { TokenParts } from "./token.ts";

/** A decision: what of shows changes, and what it moves between wallets. */
export type Verdict<Data = unknown> =
  | {
      readonly ok: true;
      readonly data: Data;
      readonly changes: { readonly shows: readonly ShowChange[]; readonly wallets?: readonly WalletChange[] };
    }
  | Refusal;

/** A token as it was parsed: what it says, and its hash. */
export type Token = TokenParts & { readonly tokenHash: string };

/** The reservation that a token is of; users need to be its customer as well. */
export function findReservation(
  rows: ShowRows,
  token: Token,
  principal: Principal,
): { reservation: Held; show: Show } | Refusal {
  const reservation = rows.reservations.get(token.reservationId);
  const show = reservation && rows.shows.get(reservation.showId);
  const mine = reservation !== undefined && isCustomer(principal, reservation.customerId);
  if (show === undefined || !mine || reservation.tokenHash !== token.tokenHash)
    return refuse("NOT_FOUND", { what: "token" });
  return { reservation, show };
}

export function isCustomer(principal: Principal, customerId: string): boolean {
  return actsForOthers(principal) || customerId === principal.subject;
}

/** Why a reservation that holds no seats can't be used. */
export function notHeld(reservation: Held): Refusal | undefined {
  if (reservation.status === "held") return undefined;
  if (reservation.status === "expired") return expired(reservation, []);
  return refuse("RESERVATION_CLOSED", { status: reservation.status });
}

/** `taken`: those of its seats that somebody else has by now. */
export function expired({ expiresAtMs }: Held, taken: string[]): Refusal {
  return refuse("RESERVATION_EXPIRED", { expiredAt: isoOf(expiresAtMs), taken });
}

/** Whoever has a reservation of a show gets no second one beside it. */
export function alreadyActive({ id, seatIds, expiresAtMs }: Held): Refusal {
  const expiresAt = isoOf(expiresAtMs);
  return refuse("RESERVATION_ACTIVE", { reservationId: id, seats: [...seatIds], expiresAt });
}

/** The parts of a reservation's token. */
export function tokenPartsOf(reservationId: string, { id: showId, walletId }: Show): TokenParts {
  return { reservationId, showId, ...(walletId === undefined ? {} : { organiserWalletId: walletId }) };
}

/** A reservation as an answer tells it; `version` is the show's after the change. */
export function changedOf(
  reservation: Held,
  version: bigint,
  { operationId }: DecideContext,
): ReservationChanged {
  return {
    operationId,
    reservationId: reservation.id,
    showId: reservation.showId,
    seats: [...reservation.seatIds],
    price: `${reservation.price}`,
    status: reservation.status,
    expiresAt: isoOf(reservation.expiresAtMs),
    showVersion: `${version}`,
  };
}

export function extendedOf(reservation: Held, version: bigint, context: DecideContext): Extended {
  const leftMs = reservation.expiresAtMs - context.nowMs;
  return {
    ...changedOf(reservation, version, context),
    expiresInSeconds: Math.max(0, Math.floor(leftMs / 1000)),
  };
}

/** When a hold that lasts `seconds` from now ends, the show's longest hold considered. */
export function expiryOf(
  { maxHoldSeconds }: Show,
  heldSinceMs: number,
  seconds: number,
  nowMs: number,
): number {
  return Math.min(nowMs + seconds * 1000, heldSinceMs + maxHoldSeconds * 1000);
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
