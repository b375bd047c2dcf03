import { done, one, refused, type Strategy } from "../strategy.ts";
import type { Boost } from "./boost.ts";

/** A lock on a number that everybody agrees on, given up with the transaction. */
export const advisoryLock: Strategy<Boost> = async ({ sql, latency, trace }, boost) => {
  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the lock");
    await tx`select pg_advisory_xact_lock(${boost.wallet})`;
    trace("locks", `wallet ${boost.wallet}`);
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
