import type { Fault } from "./fault.ts";

/** A rolling restart: SIGTERM, and it must finish what it has accepted. */
export const terminateServer: Fault = {
  name: "server: SIGTERM",
  async strike({ world, random }) {
    await random.pick(world.servers).process.bounce("SIGTERM");
    return 1;
  },
};
