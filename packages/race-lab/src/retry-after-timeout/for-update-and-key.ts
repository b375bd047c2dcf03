import { done, doneBefore, one, refused, type Strategy } from "../strategy.ts";
import { WALLET, type Withdrawal } from "./withdrawal.ts";

/** The call's own id, looked up after the lock and recorded in the transaction that pays. */
export const forUpdateAndKey: Strategy<Withdrawal> = async ({ sql, latency, trace }, { id, amount }) => {
  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the row");
    const { balance } = one(
      await tx<{ balance: number }[]>`select balance from wallets where id = ${WALLET} for update`,
    );
    trace("locks", `balance ${balance}`);
    const before = await tx`select from withdrawals where id = ${id}`;
    trace("reads", `${before.count} of ${id}`);
    if (before.count > 0) return doneBefore;
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
