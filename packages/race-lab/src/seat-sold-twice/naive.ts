import { done, one, refused, type Strategy } from "../strategy.ts";
import type { Purchase } from "./purchase.ts";

/** Look whether it is free; take it. */
export const naive: Strategy<Purchase> = async ({ sql, latency, trace }, { id, seat }) => {
  const answer = await sql.begin(async (tx) => {
    const { status } = one(await tx<{ status: string }[]>`select status from seats where id = ${seat}`);
    trace("reads", `seat ${seat} is ${status}`);
    if (status !== "free") return refused("the seat is taken");

    await latency();

    await tx`update seats set status = 'sold' where id = ${seat}`;
    await tx`insert into tickets (seat, purchase) values (${seat}, ${id})`;
    trace("writes", `seat ${seat} is sold, ticket for ${id}`);
    return done;
  });
  trace("commits");
  return answer;
};
