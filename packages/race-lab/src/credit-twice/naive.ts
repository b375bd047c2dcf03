import { done, doneBefore, one, type Strategy } from "../strategy.ts";
import { ACCOUNT, type Credit } from "./credit.ts";

/** Look whether it was applied; read, add, write back. It even looks, and it is in a transaction. */
export const naive: Strategy<Credit> = async ({ sql, latency, trace }, credit) => {
  const answer = await sql.begin(async (tx) => {
    const before = await tx`select from credits where id = ${credit.id}`;
    const account = one(await tx<{ balance: number }[]>`select balance from accounts where id = ${ACCOUNT}`);
    trace("reads", `${before.count} of ${credit.id}, balance ${account.balance}`);
    if (before.count > 0) return doneBefore;

    await latency();

    const balance = account.balance + credit.amount;
    await tx`update accounts set balance = ${balance} where id = ${ACCOUNT}`;
    await tx`insert into credits (id, amount) values (${credit.id}, ${credit.amount})`;
    trace("writes", `${credit.id}, balance ${balance}`);
    return done;
  });
  trace("commits");
  return answer;
};
