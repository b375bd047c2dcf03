import { done, doneBefore, type HoldfastStrategy, refusedBy } from "../strategy.ts";
import type { House, Withdrawal } from "./withdrawal.ts";

/** The same key with every sending: what was recorded under it is the answer. */
export const holdfast: HoldfastStrategy<Withdrawal, House> = async (caller, { id, amount }) => {
  const { db, principal, house, latency, trace } = caller;
  await latency();

  try {
    trace("waits", "for its batch");
    const { balance, replayed } = await db.execute(principal, {
      kind: "wallets.debit",
      idempotencyKey: id,
      walletId: house.wallet,
      amount: `${amount}` as `${bigint}`,
    });
    trace("commits", `balance ${balance}${replayed ? ", as told before" : ""}`);
    return replayed ? doneBefore : done;
  } catch (error) {
    return refusedBy(error);
  }
};
