import type { Fault } from "./fault.ts";

/** A fast shutdown, as an upgrade does it, and a start. */
export const restartPostgres: Fault = {
  name: "postgres: restart",
  async strike({ world }) {
    await world.postgres.stop();
    await world.restartPostgres();
    return 1;
  },
};
