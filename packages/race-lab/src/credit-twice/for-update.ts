import { done, one, type Strategy } from "../strategy.ts";
import { ACCOUNT, type Credit } from "./credit.ts";

/** The account is locked, so no addition is lost. Which credit this is, nobody asks. */
export const forUpdate: Strategy<Credit> = async ({ sql, latency, trace }, credit) => {
  await sql.begin(async (tx) => {
    trace("waits", "for the account");
    const { balance } = one(
      await tx<{ balance: number }[]>`select balance from accounts where id = ${ACCOUNT} for update`,
    );
    trace("locks", `balance ${balance}`);

    await latency();

    await tx`update accounts set balance = balance + ${credit.amount} where id = ${ACCOUNT}`;
    await tx`insert into credits (id, amount) values (${credit.id}, ${credit.amount})`;
    trace("writes", `${credit.id}, balance ${balance + credit.amount}`);
  });
  trace("commits");
  return done;
};
