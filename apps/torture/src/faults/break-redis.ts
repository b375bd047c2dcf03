import { openRedisAdmin, type RedisAdmin } from "@holdfast/server/testing";
import type { Random } from "../random.ts";
import { type Fault, pause } from "./fault.ts";

/** Does something to what Redis holds, behind Holdfast's back; answers 0 when it is not there to be done to. */
function tamper(name: string, work: (admin: RedisAdmin, random: Random) => Promise<number>): Fault {
  return {
    name: `redis: ${name}`,
    async strike({ world, random }) {
      if (world.redis === undefined) return 0;
      const admin = await openRedisAdmin(world.redis.url);
      try {
        return (await work(admin, random)) > 0 ? 1 : 0;
      } finally {
        admin.close();
      }
    },
  };
}

const kill: Fault = {
  name: "redis: kill -9",
  async strike({ world, random }) {
    if (world.redis === undefined) return 0;
    await world.redis.kill();
    await pause(random.whole(100, 1_500));
    await world.redis.startAgain();
    return 1;
  },
};

const freeze: Fault = {
  name: "redis: stands still",
  async strike({ world, random }) {
    if (world.redis === undefined) return 0;
    world.redis.freeze(true);
    await pause(random.whole(100, 1_500));
    world.redis.freeze(false);
    return 1;
  },
};

const slow: Fault = {
  name: "redis: slow",
  async strike({ world, random }) {
    if (world.redis === undefined) return 0;
    for (const until = performance.now() + random.whole(300, 1_500); performance.now() < until; ) {
      world.redis.freeze(true);
      await pause(random.whole(1, 50));
      world.redis.freeze(false);
      await pause(random.whole(1, 20));
    }
    return 1;
  },
};

/** Redis may be away, slow, empty, old or a liar: nobody may be able to tell from what callers are told. */
export const redisFaults: readonly Fault[] = [
  kill,
  freeze,
  slow,
  tamper("connections closed", (admin) => admin.disconnectOthers()),
  tamper("wiped", (admin) => admin.wipe()),
  tamper("hostile values", async (admin, random) => {
    let spoiled = 0;
    // What is kept meanwhile, too: most calls are repeated soon or never.
    for (const until = performance.now() + random.whole(500, 2_000); performance.now() < until; ) {
      spoiled += await admin.spoil();
      await pause(10);
    }
    return spoiled;
  }),
  tamper("wiped, and stale values put back", async (admin) => {
    const texts = await admin.read();
    await pause(500);
    await admin.wipe();
    return admin.restore(texts);
  }),
];
