import { done, refused, type Strategy } from "../strategy.ts";
import type { Purchase } from "./purchase.ts";

/** The seat is taken on the condition that it is free, and whoever changed no row has no seat. */
export const conditionalUpdate: Strategy<Purchase> = async ({ sql, latency, trace }, { id, seat }) => {
  await latency();

  const answer = await sql.begin(async (tx) => {
    trace("waits", `for seat ${seat}`);
    const { count } = await tx`update seats set status = 'sold' where id = ${seat} and status = 'free'`;
    if (count === 0) return refused("the seat is taken");
    await tx`insert into tickets (seat, purchase) values (${seat}, ${id})`;
    trace("writes", `seat ${seat} is sold, ticket for ${id}`);
    return done;
  });
  trace("commits");
  return answer;
};
