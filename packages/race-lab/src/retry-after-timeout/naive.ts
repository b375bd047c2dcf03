import { done, one, refused, type Strategy } from "../strategy.ts";
import { WALLET, type Withdrawal } from "./withdrawal.ts";

/** Check, then deduct. */
export const naive: Strategy<Withdrawal> = async ({ sql, latency, trace }, { id, amount }) => {
  const answer = await sql.begin(async (tx) => {
    const wallet = one(await tx<{ balance: number }[]>`select balance from wallets where id = ${WALLET}`);
    trace("reads", `balance ${wallet.balance}`);
    if (wallet.balance < amount) return refused("insufficient funds");

    await latency();

    const left = wallet.balance - amount;
    await tx`update wallets set balance = ${left} where id = ${WALLET}`;
    trace("writes", `balance ${left}`);
    await tx`insert into withdrawals (id, amount) values (${id}, ${amount})`;
    return done;
  });
  trace("commits");
  return answer;
};
