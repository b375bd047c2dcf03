import { type Fault, pause } from "./fault.ts";

function breakConnections(name: string, how: "close" | "reset"): Fault {
  return {
    name,
    strike: async ({ world, random }) => random.pick(world.servers).databaseProxy.breakAll(how),
  };
}

export const closeDatabaseConnections = breakConnections("database connection: closed", "close");
export const resetDatabaseConnections = breakConnections("database connection: reset", "reset");

/** Nothing arrives in either direction for a while; what was under way hangs for ever, new connections work again. */
export const blackHoleDatabase: Fault = {
  name: "database connection: black hole",
  async strike({ world, random }) {
    const { databaseProxy } = random.pick(world.servers);
    const before = databaseProxy.touched;
    databaseProxy.blackHole(true);
    // Mostly a hiccup; now and then longer than any caller waits.
    await pause(random.chance(0.3) ? 3_500 : random.whole(300, 1_200));
    databaseProxy.blackHole(false);
    return databaseProxy.touched > before ? 1 : 0;
  },
};

export const delayDatabase: Fault = {
  name: "database connection: delayed",
  async strike({ world, random }) {
    const { databaseProxy } = random.pick(world.servers);
    const before = databaseProxy.touched;
    databaseProxy.delay(random.whole(20, 150));
    await pause(random.whole(300, 1_500));
    databaseProxy.delay(0);
    return databaseProxy.touched > before ? 1 : 0;
  },
};

function cutCommits(name: string, when: "before" | "after"): Fault {
  return {
    name,
    async strike({ world, random }) {
      const { databaseProxy } = random.pick(world.servers);
      const before = databaseProxy.touched;
      databaseProxy.cutCommits(when, random.whole(1, 4));
      await pause(400);
      databaseProxy.cutCommits(when, 0);
      return databaseProxy.touched - before;
    },
  };
}

export const cutBeforeCommit = cutCommits("database connection: cut before COMMIT", "before");
export const cutAfterCommit = cutCommits("database connection: cut after COMMIT", "after");
