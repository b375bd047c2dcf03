import { spawn } from "node:child_process";
import { once } from "node:events";
import { CROWD_TENANT } from "../crowd/tenant.ts";
import type { Fault } from "./fault.ts";

/**
 * More callers than one server can serve, who come back at once, whatever they are told: it has to refuse some, among them
 * the workload's. They are a process of their own, because that of the workload must notice its answers in time.
 */
export const tooManyCalls: Fault = {
  name: "server: more calls than it can serve",
  starves: true,
  async strike({ world, random }) {
    const { process: server } = random.pick(world.servers);
    const token = await world.tokenOf({ tenantId: CROWD_TENANT, role: "service", subject: "crowd" });
    const order = { port: server.port, token, forMs: random.whole(2_000, 3_000) };
    const crowd = spawn(process.execPath, [world.crowdProgram, JSON.stringify(order)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let told = "";
    crowd.stdout.on("data", (chunk: Buffer) => {
      told += chunk;
    });
    await once(crowd, "close");
    return Number(told) > 0 ? 1 : 0;
  },
};
