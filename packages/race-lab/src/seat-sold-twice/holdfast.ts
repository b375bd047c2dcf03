import { done, doneBefore, type HoldfastStrategy, refusedBy } from "../strategy.ts";
import type { House, Purchase } from "./purchase.ts";

/** Reserve, go to the checkout, confirm: the seat is held meanwhile, and nobody else's. */
export const holdfast: HoldfastStrategy<Purchase, House> = async (caller, { id, seat }) => {
  const { db, principal, house, latency, trace } = caller;
  try {
    trace("waits", "for its batch");
    const { token } = await db.execute(principal, {
      kind: "seats.reserve",
      idempotencyKey: `reserve ${id}`,
      showId: house.show,
      seatIds: [`${seat}`],
      customerId: id,
    });
    trace("locks", `seat ${seat} is held`);

    await latency();

    const { replayed } = await db.execute(principal, {
      kind: "seats.confirm",
      idempotencyKey: `confirm ${id}`,
      token,
    });
    trace("commits", `seat ${seat} is sold, ticket for ${id}`);
    return replayed ? doneBefore : done;
  } catch (error) {
    return refusedBy(error);
  }
};
