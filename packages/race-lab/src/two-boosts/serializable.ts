import { couldNotSerialize, done, one, refused, type Strategy } from "../strategy.ts";
import type { Boost } from "./boost.ts";

/** The naive code, in a transaction that Postgres lets commit only if it could have run alone; else it runs again. */
export const serializable: Strategy<Boost> = async ({ sql, latency, trace }, boost) => {
  for (;;) {
    try {
      const answer = await sql.begin("isolation level serializable", async (tx) => {
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
    } catch (error) {
      if (!couldNotSerialize(error)) throw error;
      trace("rolls back", "40001: could not serialize access");
      trace("retries");
    }
  }
};
