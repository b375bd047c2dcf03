import { connect } from "@holdfast/db";
import { createLogger } from "@holdfast/server";
import { createRedisStore, startRedis } from "@holdfast/server/testing";
import type { Contender } from "./contender.ts";
import { setUpHoldfast } from "./holdfast.ts";

/** The product with a Redis of its own on the same machine: what it saves when calls are repeated, and costs when they aren't. */
export const holdfastRedis: Contender = {
  name: "holdfast-redis",
  description: "the same, and a Redis that answers repeated calls while they wait",

  async setUp(world) {
    const redis = await startRedis();
    const replayStore = createRedisStore({ url: redis.url, seconds: 3_600, log: createLogger("warn") });
    replayStore.open();
    const tokenSecret = "for the benchmark alone";
    const ledger = await setUpHoldfast(world, (url) => connect({ url, tokenSecret, replayStore }));
    return {
      ...ledger,
      async close() {
        await ledger.close();
        replayStore.close();
        await redis.close();
      },
    };
  },
};
