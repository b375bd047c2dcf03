import { done, refused, type Strategy } from "../strategy.ts";
import { WALLET, type Withdrawal } from "./withdrawal.ts";

/** Check and deduction are one statement. A repetition passes the check as well as the first sending did. */
export const conditionalUpdate: Strategy<Withdrawal> = async ({ sql, latency, trace }, { id, amount }) => {
  await latency();

  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the row");
    const [wallet] = await tx<{ balance: number }[]>`
      update wallets set balance = balance - ${amount}
      where id = ${WALLET} and balance >= ${amount}
      returning balance`;
    if (wallet === undefined) return refused("insufficient funds");
    trace("writes", `balance ${wallet.balance}`);
    await tx`insert into withdrawals (id, amount) values (${id}, ${amount})`;
    return done;
  });
  trace("commits");
  return answer;
};
