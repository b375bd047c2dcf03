import { done, doneBefore, one, type Strategy } from "../strategy.ts";
import { ACCOUNT, type Credit } from "./credit.ts";

/** Deliveries of the same credit take turns; the addition itself needs no lock, because it reads nothing. */
export const advisoryLock: Strategy<Credit> = async ({ sql, latency, trace }, credit) => {
  const answer = await sql.begin(async (tx) => {
    trace("waits", `for ${credit.id}`);
    await tx`select pg_advisory_xact_lock(hashtextextended(${credit.id}, 0))`;
    trace("locks", credit.id);
    const before = await tx`select from credits where id = ${credit.id}`;
    trace("reads", `${before.count} of ${credit.id}`);
    if (before.count > 0) return doneBefore;

    await latency();

    const { balance } = one(
      await tx<{ balance: number }[]>`
        update accounts set balance = balance + ${credit.amount} where id = ${ACCOUNT} returning balance`,
    );
    await tx`insert into credits (id, amount) values (${credit.id}, ${credit.amount})`;
    trace("writes", `${credit.id}, balance ${balance}`);
    return done;
  });
  trace("commits");
  return answer;
};
