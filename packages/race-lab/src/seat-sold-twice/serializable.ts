import { couldNotSerialize, done, one, refused, type Strategy } from "../strategy.ts";
import type { Purchase } from "./purchase.ts";

/** The naive code, in a transaction that Postgres lets commit only if it could have run alone; else it runs again. */
export const serializable: Strategy<Purchase> = async ({ sql, latency, trace }, { id, seat }) => {
  for (;;) {
    try {
      const answer = await sql.begin("isolation level serializable", async (tx) => {
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
    } catch (error) {
      if (!couldNotSerialize(error)) throw error;
      trace("rolls back", "40001: could not serialize access");
      trace("retries");
    }
  }
};
