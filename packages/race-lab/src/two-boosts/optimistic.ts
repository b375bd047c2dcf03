import { done, one, refused, type Strategy } from "../strategy.ts";
import type { Boost } from "./boost.ts";

/** No lock while it thinks. The write names the version that it was decided on, and is no write if that is gone. */
export const optimistic: Strategy<Boost> = async ({ sql, latency, trace }, boost) => {
  for (;;) {
    const { balance, version } = one(
      await sql<{ balance: number; version: number }[]>`
        select balance, version from wallets where id = ${boost.wallet}`,
    );
    trace("reads", `balance ${balance}, version ${version}`);
    if (balance < boost.amount) return refused("insufficient funds");

    await latency();

    const written = await sql.begin(async (tx) => {
      const { count } = await tx`
        update wallets set balance = ${balance - boost.amount}, version = version + 1
        where id = ${boost.wallet} and version = ${version}`;
      if (count === 0) return false;
      trace("writes", `balance ${balance - boost.amount}, version ${version + 1}`);
      await tx`insert into boosts (id, wallet, amount) values (${boost.id}, ${boost.wallet}, ${boost.amount})`;
      return true;
    });
    if (written) {
      trace("commits");
      return done;
    }
    trace("retries", `version ${version} is gone`);
  }
};
