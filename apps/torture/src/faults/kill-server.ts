import type { Fault } from "./fault.ts";

/** `kill -9` of a server under load. */
export const killServer: Fault = {
  name: "server: kill -9",
  async strike({ world, random }) {
    await random.pick(world.servers).process.bounce("SIGKILL");
    return 1;
  },
};
