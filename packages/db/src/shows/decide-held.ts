import { refuse } from "../wallets/guards.ts";
import type { DecideContext } from "../write-path/feature.ts";
import type { Extended, ParsedShowInput, ReservationChanged } from "./commands.ts";
import { changedOf, expiryOf, extendedOf, findReservation, isoOf, notHeld, type Verdict } from "./guards.ts";
import type { Held, Show, ShowRows } from "./show.ts";

/** Makes a hold last longer, up to the show's longest; never shorter. */
export function decideExtend(
  rows: ShowRows,
  command: ParsedShowInput<"seats.extend">,
  context: DecideContext,
): Verdict<Extended> {
  const found = findReservation(rows, command.token, context.principal);
  if ("ok" in found) return found;
  const { reservation, show } = found;
  const refusal = notHeld(reservation);
  if (refusal !== undefined) return refusal;
  const { expiresAtMs: before, heldSinceMs } = reservation;
  const wanted = context.nowMs + command.expiresInSeconds * 1000;
  const granted = expiryOf(show, heldSinceMs, command.expiresInSeconds, context.nowMs);
  if (wanted > before && granted <= before) return refuse("EXTENSION_LIMIT", { expiresAt: isoOf(before) });
  const expiresAtMs = Math.max(before, granted);
  return {
    ok: true,
    data: extendedOf({ ...reservation, expiresAtMs }, show.version, context),
    changes: {
      shows: expiresAtMs === before ? [] : [{ type: "extend", reservationId: reservation.id, expiresAtMs }],
    },
  };
}

/** Gives seats up; they are free at once. */
export function decideRelease(
  rows: ShowRows,
  command: ParsedShowInput<"seats.release">,
  context: DecideContext,
): Verdict<ReservationChanged> {
  const found = findReservation(rows, command.token, context.principal);
  if ("ok" in found) return found;
  return notHeld(found.reservation) ?? free(found.show, found.reservation, "released", context);
}

export function decideExpiry(
  rows: ShowRows,
  reservationId: string,
  context: DecideContext,
): Verdict<ReservationChanged> {
  const reservation = rows.reservations.get(reservationId);
  const show = reservation && rows.shows.get(reservation.showId);
  if (show === undefined || reservation?.status !== "held")
    return refuse("NOT_FOUND", { what: "reservationId" });
  return free(show, reservation, "expired", context);
}

function free(
  show: Show,
  reservation: Held,
  as: "released" | "expired",
  context: DecideContext,
): Verdict<ReservationChanged> {
  return {
    ok: true,
    data: changedOf({ ...reservation, status: as }, show.version + 1n, context),
    changes: { shows: [{ type: "free", reservationId: reservation.id, as }] },
  };
}

/** Comes from the clock alone; no caller can send it. */
export interface ExpireCommand {
  readonly kind: "seats.expire";
  readonly idempotencyKey: string;
  readonly reservationId: string;
}

/** The expiry of every reservation among the rows whose time has passed. */
export function dueExpiries(rows: ShowRows, nowMs: number): ExpireCommand[] {
  return [...rows.reservations.values()]
    .filter(({ status, expiresAtMs }) => status === "held" && expiresAtMs <= nowMs)
    .map(({ id }) => ({
      kind: "seats.expire",
      idempotencyKey: `holdfast:expire:${id}`,
      reservationId: id,
    }));
}
