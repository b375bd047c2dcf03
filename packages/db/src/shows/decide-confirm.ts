import { maySpend, move, overLimit, recipientOf, refuse, shortOf } from "../wallets/guards.ts";
import type { WalletChange, WalletRows } from "../wallets/wallet.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { Confirmed, ParsedShowInput } from "./commands.ts";
import { alreadyActive, changedOf, expired, findReservation, notHeld, type Verdict } from "./guards.ts";
import type { Held, Show, ShowChange, ShowRows } from "./show.ts";

type Confirm = ParsedShowInput<"seats.confirm">;

/**
 * The purchase: the buyer's wallet pays the organiser's and the seats are sold, or nothing happens. Who comes after the hold
 * has ended still gets the seats if nobody else has taken one.
 */
export function decideConfirm(
  rows: ShowRows,
  wallets: WalletRows | undefined,
  command: Confirm,
  context: DecideContext,
): Verdict<Confirmed> {
  const found = findReservation(rows, command.token, context.principal);
  if ("ok" in found) return found;
  const { reservation, show } = found;
  const changes: ShowChange[] = [];
  if (reservation.status === "expired") {
    const taken = reservation.seatIds.filter((id) => rows.isTaken(show.id, id));
    if (taken.length > 0) return expired(reservation, taken);
    const rival = rows.activeOf(show.id, reservation.customerId);
    if (rival !== undefined) return alreadyActive(rival);
    changes.push({ type: "hold-again", reservationId: reservation.id });
  } else {
    const refusal = notHeld(reservation);
    if (refusal !== undefined) return refusal;
  }
  changes.push({ type: "sell", reservationId: reservation.id });
  const paid = pay(wallets, command.walletId, reservation, show, context);
  if ("ok" in paid) return paid;
  const after = show.version + BigInt(changes.length);
  return {
    ok: true,
    data: { ...changedOf({ ...reservation, status: "confirmed" }, after, context), ...paid.wallet },
    changes: { shows: changes, wallets: paid.changes },
  };
}

type Paid = { readonly wallet: object; readonly changes: readonly WalletChange[] };

function pay(
  wallets: WalletRows | undefined,
  walletId: string | undefined,
  { price }: Held,
  show: Show,
  context: DecideContext,
): Paid | Refusal {
  if (price === 0n) return { wallet: {}, changes: [] };
  if (walletId === undefined) {
    return refuse("BAD_REQUEST", {
      issues: [{ path: "walletId", message: `is needed: the seats cost ${price}` }],
    });
  }
  const buyer = wallets?.wallets.get(walletId);
  if (wallets === undefined || buyer === undefined || !maySpend(context.principal, buyer))
    return refuse("NOT_FOUND", { what: "walletId" });
  const organiser = recipientOf(wallets, buyer, show.walletId ?? "");
  if ("ok" in organiser) return organiser;
  const refusal = shortOf(buyer, price) ?? overLimit(organiser, price);
  if (refusal !== undefined) return refusal;
  const moved = move(buyer, -price, context, [
    { type: "move", walletId: organiser.id, amount: price, heldChange: 0n },
  ]);
  if (!moved.ok) return moved;
  return { wallet: moved.data, changes: moved.changes };
}
