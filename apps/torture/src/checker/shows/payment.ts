import type { Case } from "../case.ts";
import { type Input, tokenHashOf } from "../content.ts";
import type { Step } from "../steps.ts";

/**
 * What a confirm asks of the wallets: the buyer's pays the organiser's the price of the reservation. Undefined when there is
 * nothing to pay, or no such reservation. The rows it looks at are judged where shows are.
 */
export function paymentOf(
  { reservationsByTokenHash, stages }: Pick<Case, "reservationsByTokenHash" | "stages">,
  input: Input,
): Step | undefined {
  const reservation = reservationsByTokenHash.get(tokenHashOf(input) ?? "");
  if (reservation === undefined || reservation.price === 0n) return undefined;
  const organiser = stages.get(reservation.showId)?.row?.walletId ?? "";
  const { token: _, ...fields } = input;
  return { ...fields, kind: "confirm", toWalletId: organiser, amount: `${reservation.price}` };
}
