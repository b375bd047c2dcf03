import { done, doneBefore, type HoldfastStrategy } from "../strategy.ts";
import type { Credit, House } from "./credit.ts";

/** The webhook's own id is the key, so its second delivery is a repetition and not another credit. */
export const holdfast: HoldfastStrategy<Credit, House> = async (caller, credit) => {
  const { db, principal, house, latency, trace } = caller;
  await latency();

  trace("waits", "for its batch");
  const { balance, replayed } = await db.execute(principal, {
    kind: "wallets.credit",
    idempotencyKey: credit.id,
    walletId: house.account,
    amount: `${credit.amount}` as `${bigint}`,
    source: "a webhook",
  });
  trace("commits", `balance ${balance}${replayed ? ", as told before" : ""}`);
  return replayed ? doneBefore : done;
};
