import { done, one, refused, type Strategy } from "../strategy.ts";
import type { Purchase } from "./purchase.ts";

/** The write names the version that it was decided on, and is no write if that is gone. */
export const optimistic: Strategy<Purchase> = async ({ sql, latency, trace }, { id, seat }) => {
  for (;;) {
    const { status, version } = one(
      await sql<{ status: string; version: number }[]>`select status, version from seats where id = ${seat}`,
    );
    trace("reads", `seat ${seat} is ${status}, version ${version}`);
    if (status !== "free") return refused("the seat is taken");

    await latency();

    const written = await sql.begin(async (tx) => {
      const { count } = await tx`
        update seats set status = 'sold', version = version + 1 where id = ${seat} and version = ${version}`;
      if (count === 0) return false;
      await tx`insert into tickets (seat, purchase) values (${seat}, ${id})`;
      trace("writes", `seat ${seat} is sold, ticket for ${id}`);
      return true;
    });
    if (written) {
      trace("commits");
      return done;
    }
    trace("retries", `version ${version} is gone`);
  }
};
