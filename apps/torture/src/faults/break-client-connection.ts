import { type Fault, pause } from "./fault.ts";

/** Replies lost: the connections between the clients and one server are reset under load. */
export const resetClientConnections: Fault = {
  name: "client connection: reset",
  strike: async ({ world, random }) => random.pick(world.servers).clientProxy.breakAll("reset"),
};

export const blackHoleClients: Fault = {
  name: "client connection: black hole",
  async strike({ world, random }) {
    const { clientProxy } = random.pick(world.servers);
    const before = clientProxy.touched;
    clientProxy.blackHole(true);
    await pause(random.whole(300, 1_500));
    clientProxy.blackHole(false);
    // What was swallowed left its connection without a reply that would ever come.
    clientProxy.breakAll("reset");
    return clientProxy.touched > before ? 1 : 0;
  },
};

export const delayClients: Fault = {
  name: "client connection: delayed",
  async strike({ world, random }) {
    const { clientProxy } = random.pick(world.servers);
    const before = clientProxy.touched;
    clientProxy.delay(random.whole(20, 200));
    await pause(random.whole(300, 1_500));
    clientProxy.delay(0);
    return clientProxy.touched > before ? 1 : 0;
  },
};
