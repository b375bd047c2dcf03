import { couldNotSerialize, done, one, refused, type Strategy } from "../strategy.ts";
import { WALLET, type Withdrawal } from "./withdrawal.ts";

/** As if one withdrawal came after the other, which is also what two sendings of the same one do. */
export const serializable: Strategy<Withdrawal> = async ({ sql, latency, trace }, { id, amount }) => {
  for (;;) {
    try {
      const answer = await sql.begin("isolation level serializable", async (tx) => {
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
    } catch (error) {
      if (!couldNotSerialize(error)) throw error;
      trace("rolls back", "40001: could not serialize access");
      trace("retries");
    }
  }
};
