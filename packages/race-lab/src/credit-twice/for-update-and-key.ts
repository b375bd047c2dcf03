import { done, doneBefore, one, type Strategy } from "../strategy.ts";
import { ACCOUNT, type Credit } from "./credit.ts";

/** Lock first, look up second: the look-up then sees what the last holder of the lock has committed. */
export const forUpdateAndKey: Strategy<Credit> = async ({ sql, latency, trace }, credit) => {
  const answer = await sql.begin(async (tx) => {
    trace("waits", "for the account");
    const { balance } = one(
      await tx<{ balance: number }[]>`select balance from accounts where id = ${ACCOUNT} for update`,
    );
    trace("locks", `balance ${balance}`);
    const before = await tx`select from credits where id = ${credit.id}`;
    trace("reads", `${before.count} of ${credit.id}`);
    if (before.count > 0) return doneBefore;

    await latency();

    await tx`update accounts set balance = balance + ${credit.amount} where id = ${ACCOUNT}`;
    await tx`insert into credits (id, amount) values (${credit.id}, ${credit.amount})`;
    trace("writes", `${credit.id}, balance ${balance + credit.amount}`);
    return done;
  });
  trace("commits");
  return answer;
};
