import { done, refused, type Strategy } from "../strategy.ts";
import type { Boost } from "./boost.ts";

/** The check is the update's own condition, so there is nothing that was read and can become stale. */
export const conditionalUpdate: Strategy<Boost> = async ({ sql, latency, trace }, boost) => {
  await latency();

  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the row");
    const [wallet] = await tx<{ balance: number }[]>`
      update wallets set balance = balance - ${boost.amount}
      where id = ${boost.wallet} and balance >= ${boost.amount}
      returning balance`;
    if (wallet === undefined) return refused("insufficient funds");
    trace("writes", `balance ${wallet.balance}`);
    await tx`insert into boosts (id, wallet, amount) values (${boost.id}, ${boost.wallet}, ${boost.amount})`;
    return done;
  });
  trace("commits");
  return answer;
};
