import { done, one, refused, type Strategy } from "../strategy.ts";
import type { Boost } from "./boost.ts";

/** The read takes the row's lock, and keeps it until the commit. */
export const forUpdate: Strategy<Boost> = async ({ sql, latency, trace }, boost) => {
  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the row");
    const wallet = one(
      await tx<{ balance: number }[]>`select balance from wallets where id = ${boost.wallet} for update`,
    );
    trace("locks", `balance ${wallet.balance}`);
    if (wallet.balance < boost.amount) return refused("insufficient funds");

    await latency();

    await tx`update wallets set balance = balance - ${boost.amount} where id = ${boost.wallet}`;
    trace("writes", `balance ${wallet.balance - boost.amount}`);
    await tx`insert into boosts (id, wallet, amount) values (${boost.id}, ${boost.wallet}, ${boost.amount})`;
    return done;
  });
  trace("commits");
  return answer;
};
