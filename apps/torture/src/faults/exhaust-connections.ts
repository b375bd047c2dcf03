import postgres from "postgres";
import { type Fault, pause } from "./fault.ts";

/** Takes every connection that Postgres has left, and ends Holdfast's, so that it can't get new ones for a while. */
export const exhaustConnections: Fault = {
  name: "postgres: no connection left",
  async strike({ world, random }) {
    const greedy = postgres(world.databaseUrl, {
      max: 110,
      fetch_types: false,
      connect_timeout: 2,
      idle_timeout: 10,
    });
    try {
      const taken = Promise.allSettled(
        Array.from({ length: 110 }, () => greedy.unsafe("select pg_sleep(1)")),
      );
      await pause(100);
      for (const { databaseProxy } of world.servers) databaseProxy.breakAll("reset");
      await pause(random.whole(300, 900));
      const refused = (await taken).filter((settled) => settled.status === "rejected").length;
      return refused > 0 ? 1 : 0;
    } finally {
      await greedy.end({ timeout: 1 });
    }
  },
};
