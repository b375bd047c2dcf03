import { verify } from "@holdfast/db";
import { startFaultyProxy } from "@holdfast/db/testing";
import { beforeAll, describe, expect, it, test } from "vitest";
import { openRedisAdmin } from "../testing/hostile-redis.ts";
import { redisIsInstalled, startRedis } from "../testing/redis.ts";
import { runSeededWorkload, type Told } from "../testing/seeded-workload.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const SEED = 7;

// Whether there is a Redis at all is asked by replay-store.test.ts, which fails CI without one.
if (redisIsInstalled()) describe("the same workload is told the same", tryEverything);
else it("was not tried: there is no redis-server", () => {});

/** What happens to Redis while the workload runs, and the series of /metrics that shows that it did. */
interface Trouble {
  readonly name: string;
  start?(world: World): Promise<void>;
  beforeRound?(world: World, round: number): Promise<unknown>;
  readonly shows: string;
}

interface World {
  readonly redis: Awaited<ReturnType<typeof startRedis>>;
  readonly proxy: Awaited<ReturnType<typeof startFaultyProxy>>;
  readonly admin: Awaited<ReturnType<typeof openRedisAdmin>>;
}

const asked = (result: string) => `holdfast_replay_cache_asked_total{result="${result}"}`;
const failed = (what: string) => `holdfast_redis_failures_total{what="${what}"}`;
const troubles: readonly Trouble[] = [
  { name: "on", shows: asked("hit") },
  { name: "away from the start", start: ({ redis }) => redis.kill(), shows: failed("not-kept") },
  { name: "slow", start: async ({ proxy }) => proxy.delay(30), shows: failed("timeout") },
  { name: "wiped before each round", beforeRound: ({ admin }) => admin.wipe(), shows: asked("miss") },
  {
    name: "killed in the midst of it, and back later",
    // Not awaited: it dies while calls are under way.
    beforeRound: async ({ redis }, round) => {
      if (round === 8) void redis.kill();
      if (round === 16) await redis.startAgain();
    },
    shows: failed("not-kept"),
  },
  { name: "full of hostile values", beforeRound: ({ admin }) => admin.spoil(), shows: asked("invalid") },
  {
    name: "silent: everything is swallowed",
    beforeRound: async ({ proxy }, round) => proxy.blackHole(round >= 8 && round < 16),
    shows: failed("timeout"),
  },
];

function tryEverything() {
  let expected: Told[];

  beforeAll(async () => {
    const server = await startTestServer();
    expected = (await runSeededWorkload(server, SEED, async () => {})).told;
    await server.close();
  });

  test.each(troubles)(
    "with Redis $name",
    async ({ start, beforeRound, shows }) => {
      const redis = await startRedis();
      const proxy = await startFaultyProxy(redis.port);
      const world = { redis, proxy, admin: await openRedisAdmin(redis.url) };
      const url = `redis://127.0.0.1:${proxy.port}`;
      const server = await startTestServer({ config: { redis: { url, seconds: 600 } } });
      await start?.(world);
      const round = async (at: number) => void (await beforeRound?.(world, at));
      const { told, again } = await runSeededWorkload(server, SEED, round);
      expect(told).toEqual(expected);
      // It did happen: a busy machine may need more calls than the workload's, and each of them is told the same.
      let calls = 100;
      while ((await series(server, shows)) === 0) {
        await round(calls++);
        const { before, now } = await again();
        expect(now).toEqual(before);
      }
      expect(await verify({ url: server.databaseUrl })).toEqual([]);
      await server.close();
      world.admin.close();
      await proxy.close();
      await redis.close();
    },
    60_000,
  );

  test("the workload repeats, refuses and abuses", () => {
    const replies = expected.map(({ reply }) => reply);
    const count = (part: RegExp) => replies.filter((reply) => part.test(reply)).length;
    expect(count(/"replayed":true/)).toBeGreaterThan(100);
    expect(count(/^402 .*"replayed":true/)).toBeGreaterThan(10);
    expect(count(/^422 .*idempotencyKey/)).toBeGreaterThan(20);
    expect(count(/"token":"made-up/)).toBeGreaterThan(5);
    expect(count(/^5/)).toBe(0);
  });
}

async function series(server: TestServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  );
}
