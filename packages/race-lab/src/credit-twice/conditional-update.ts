import { done, doneBefore, one, type Strategy } from "../strategy.ts";
import { ACCOUNT, type Credit } from "./credit.ts";

/** A unique key lets one delivery in. The other waits at it, and goes away when the first has committed. */
export const conditionalUpdate: Strategy<Credit> = async ({ sql, latency, trace }, credit) => {
  await latency();

  const answer = await sql.begin(async (tx) => {
    trace("waits", `for ${credit.id}`);
    const { count } = await tx`insert into keys (id) values (${credit.id}) on conflict do nothing`;
    trace("reads", count === 0 ? `${credit.id} is there` : `${credit.id} is new`);
    if (count === 0) return doneBefore;
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
