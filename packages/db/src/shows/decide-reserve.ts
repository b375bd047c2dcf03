import { refuse } from "../wallets/guards.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import { bestAvailable, nearestAvailable } from "./best-available.ts";
import type { ParsedShowInput, Reserved } from "./commands.ts";
import { alreadyActive, expiryOf, extendedOf, isCustomer, tokenPartsOf, type Verdict } from "./guards.ts";
import type { Place } from "./seat-plan.ts";
import type { Held, Show, ShowChange, ShowRows } from "./show.ts";
import { hashToken, makeToken } from "./token.ts";

type Reserve = ParsedShowInput<"seats.reserve">;
/** What is recorded of a reservation: what its caller is told, but of the token only the hash, as in inputs. */
type Recorded = Omit<Reserved, "token"> & { readonly token: { readonly tokenHash: string } };

/** All seats or none. A refused call changes nothing, and the customer's reservation least of all. */
export function decideReserve(rows: ShowRows, command: Reserve, context: DecideContext): Verdict<Recorded> {
  const show = rows.shows.get(command.showId);
  if (show === undefined) return refuse("NOT_FOUND", { what: "showId" });
  const customerId = command.customerId ?? context.principal.subject;
  if (!isCustomer(context.principal, customerId)) return refuse("FORBIDDEN", { needs: "service" });
  const asked = askedFor(show, command);
  if ("ok" in asked) return asked;

  const active = rows.activeOf(show.id, customerId);
  if (active !== undefined) {
    if (isSame(active, command.seatIds)) {
      const data = { ...told(show, active, context), alreadyHeld: true as const };
      return { ok: true, data, changes: { shows: [] } };
    }
    if (command.replace !== true) return alreadyActive(active);
  }

  const isTaken = (seatId: string): boolean => rows.isTaken(show.id, seatId, active?.id);
  const chosen = choose(show, command, asked, isTaken);
  if ("ok" in chosen) return chosen;
  const { places, insteadOf } = chosen;

  const heldSinceMs = heldSince(active, places) ?? context.nowMs;
  const seconds = command.expiresInSeconds ?? show.holdSeconds;
  const unsigned: Omit<Held, "tokenHash"> = {
    id: context.newId(),
    showId: show.id,
    customerId,
    seatIds: places.map(({ seat }) => seat.id),
    price: places.reduce((sum, { price }) => sum + price, 0n),
    status: "held",
    heldSinceMs,
    expiresAtMs: expiryOf(show, heldSinceMs, seconds, context.nowMs),
  };
  const token = makeToken(tokenPartsOf(unsigned.id, show), context.derive);
  const reservation = { ...unsigned, tokenHash: hashToken(token) };
  const changes: ShowChange[] = [];
  if (active !== undefined) changes.push({ type: "free", reservationId: active.id, as: "released" });
  changes.push({ type: "reserve", reservation });
  const after = { ...show, version: show.version + BigInt(changes.length) };
  const data = {
    ...told(after, reservation, context),
    ...(insteadOf === undefined ? {} : { insteadOf }),
    ...(active === undefined ? {} : { replaced: active.id }),
  };
  return { ok: true, data, changes: { shows: changes } };
}

/** The places of the seats that were named, or those that the show doesn't have. */
function askedFor({ plan }: Show, { seatIds = [], bestAvailable }: Reserve): Place[] | Refusal {
  const issues: { path: string; message: string }[] = [];
  const places: Place[] = [];
  for (const [at, id] of seatIds.entries()) {
    const place = plan.find(id);
    if (place === undefined) issues.push({ path: `seatIds.${at}`, message: "is no seat of this show" });
    else places.push(place);
  }
  const { section, category } = bestAvailable ?? {};
  if (section !== undefined && !plan.rows.some(({ sectionId }) => sectionId === section))
    issues.push({ path: "bestAvailable.section", message: "is no section of this show" });
  if (category !== undefined && !plan.hasCategory(category))
    issues.push({ path: "bestAvailable.category", message: "is no category of this show" });
  return issues.length > 0 ? refuse("BAD_REQUEST", { issues: issues.slice(0, 20) }) : plan.sorted(places);
}

interface Chosen {
  readonly places: readonly Place[];
  readonly insteadOf?: string[];
}

function choose(
  { plan }: Show,
  command: Reserve,
  asked: readonly Place[],
  isTaken: (seatId: string) => boolean,
): Chosen | Refusal {
  if (command.bestAvailable !== undefined) {
    const best = bestAvailable(plan, isTaken, command.bestAvailable);
    if ("places" in best) return { places: plan.sorted(best.places) };
    const { available } = best;
    return refuse("NOT_ENOUGH_SEATS", { available, requested: command.bestAvailable.quantity });
  }
  const conflicts = asked
    .filter(({ seat }) => seat.blocked === true || isTaken(seat.id))
    .map(({ seat }) => seat.id);
  if (conflicts.length === 0) return { places: asked };
  // Who needs an accessible seat is not helped by another one nearby.
  const mayMove = command.ifTaken === "nearest" && asked.every(({ seat }) => seat.accessible !== true);
  const nearest = mayMove ? nearestAvailable(plan, isTaken, asked) : undefined;
  if (nearest === undefined) return refuse("SEATS_TAKEN", { conflicts });
  return { places: plan.sorted(nearest), insteadOf: conflicts };
}

/** Who exchanges a reservation for one with a seat of it has held that seat all the while: the longest hold goes on. */
function heldSince(active: Held | undefined, places: readonly Place[]): number | undefined {
  const kept = places.some(({ seat }) => active?.seatIds.includes(seat.id));
  return kept ? active?.heldSinceMs : undefined;
}

function isSame({ seatIds }: Held, asked: readonly string[] | undefined): boolean {
  return asked?.length === seatIds.length && asked.every((id) => seatIds.includes(id));
}

function told(show: Show, reservation: Held, context: DecideContext): Recorded {
  const places = reservation.seatIds.flatMap((id) => show.plan.find(id) ?? []);
  return {
    ...extendedOf(reservation, show.version, context),
    ...tokenPartsOf(reservation.id, show),
    token: { tokenHash: reservation.tokenHash },
    adjacent: show.plan.areAdjacent(places),
  };
}
