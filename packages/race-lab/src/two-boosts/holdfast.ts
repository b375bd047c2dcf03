import { done, doneBefore, type HoldfastStrategy, refusedBy } from "../strategy.ts";
import type { Boost, House } from "./boost.ts";

/** One command with a key. Locks, look-up, check and history are the write path's. */
export const holdfast: HoldfastStrategy<Boost, House> = async (caller, boost) => {
  const { db, principal, house, latency, trace } = caller;
  await latency();

  try {
    trace("waits", "for its batch");
    const { balance, replayed } = await db.execute(principal, {
      kind: "wallets.boost",
      idempotencyKey: boost.id,
      fromWalletId: house.wallets[boost.wallet - 1] ?? "",
      toWalletId: house.podcaster,
      amount: `${boost.amount}` as `${bigint}`,
    });
    trace("commits", `balance ${balance}`);
    return replayed ? doneBefore : done;
  } catch (error) {
    return refusedBy(error);
  }
};
