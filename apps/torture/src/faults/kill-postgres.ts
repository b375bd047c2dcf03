import type { Fault } from "./fault.ts";

/** `kill -9` of Postgres, all of it, and a start that has to recover from the log. */
export const killPostgres: Fault = {
  name: "postgres: kill -9",
  async strike({ world }) {
    process.kill(world.postgres.pid, "SIGKILL");
    await world.restartPostgres();
    return 1;
  },
};
