import { done, one, refused, type Strategy } from "../strategy.ts";
import type { Boost } from "./boost.ts";

/** Check, then deduct. It reads well, and it is in a transaction. */
export const naive: Strategy<Boost> = async ({ sql, latency, trace }, boost) => {
  const answer = await sql.begin(async (tx) => {
    const wallet = one(
      await tx<{ balance: number }[]>`select balance from wallets where id = ${boost.wallet}`,
    );
    trace("reads", `balance ${wallet.balance}`);
    if (wallet.balance < boost.amount) return refused("insufficient funds");

    await latency();

    const left = wallet.balance - boost.amount;
    await tx`update wallets set balance = ${left} where id = ${boost.wallet}`;
    trace("writes", `balance ${left}`);
    await tx`insert into boosts (id, wallet, amount) values (${boost.id}, ${boost.wallet}, ${boost.amount})`;
    return done;
  });
  trace("commits");
  return answer;
};
