import { couldNotSerialize, done, doneBefore, one, type Strategy } from "../strategy.ts";
import { ACCOUNT, type Credit } from "./credit.ts";

/** The naive code, in a transaction that Postgres lets commit only if it could have run alone; else it runs again. */
export const serializable: Strategy<Credit> = async ({ sql, latency, trace }, credit) => {
  for (;;) {
    try {
      const answer = await sql.begin("isolation level serializable", async (tx) => {
        const before = await tx`select from credits where id = ${credit.id}`;
        const account = one(
          await tx<{ balance: number }[]>`select balance from accounts where id = ${ACCOUNT}`,
        );
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
    } catch (error) {
      if (!couldNotSerialize(error)) throw error;
      trace("rolls back", "40001: could not serialize access");
      trace("retries");
    }
  }
};
