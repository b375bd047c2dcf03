import { done, one, refused, type Strategy } from "../strategy.ts";
import { WALLET, type Withdrawal } from "./withdrawal.ts";

/** The lock makes callers take turns. It ends with the commit, and knows nothing of a call that comes again. */
export const forUpdate: Strategy<Withdrawal> = async ({ sql, latency, trace }, { id, amount }) => {
  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the row");
    const { balance } = one(
      await tx<{ balance: number }[]>`select balance from wallets where id = ${WALLET} for update`,
    );
    trace("locks", `balance ${balance}`);
    if (balance < amount) return refused("insufficient funds");

    await latency();

    await tx`update wallets set balance = balance - ${amount} where id = ${WALLET}`;
    trace("writes", `balance ${balance - amount}`);
    await tx`insert into withdrawals (id, amount) values (${id}, ${amount})`;
    return done;
  });
  trace("commits");
  return answer;
};
