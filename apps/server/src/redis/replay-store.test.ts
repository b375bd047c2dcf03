import { startFaultyProxy } from "@holdfast/db/testing";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { createLogger } from "../log.ts";
import { HOW_TO_INSTALL_REDIS, type OwnRedis, redisIsInstalled, startRedis } from "../testing/redis.ts";
import { createRedisStore, type RedisStore } from "./replay-store.ts";

const log = createLogger("silent");

test("there is a redis-server to test with, at least where CI runs", () => {
  if (redisIsInstalled()) return;
  if (process.env["CI"]) throw new Error(`There is no redis-server. ${HOW_TO_INSTALL_REDIS}`);
  console.warn(`Redis was not tried: there is no redis-server. ${HOW_TO_INSTALL_REDIS}`);
});

if (redisIsInstalled()) describe("a store in Redis", tryRedis);
else it("was not tried: there is no redis-server", () => {});

function tryRedis() {
  let redis: OwnRedis;
  let admin: ReturnType<typeof createClient>;
  let store: RedisStore;
  let failures: string[];
  let isOpen: boolean[];

  beforeAll(async () => {
    redis = await startRedis();
    admin = createClient({ url: redis.url });
    admin.on("error", () => {});
    await admin.connect();
  });
  beforeEach(async () => {
    failures = [];
    isOpen = [];
    await admin.flushAll();
  });
  afterAll(async () => {
    admin.destroy();
    await redis.close();
  });

  /** A store of its own for `work`, connected or not. */
  async function withStore(url: string, work: () => Promise<void>): Promise<void> {
    const observe = {
      failed: (what: string) => void failures.push(what),
      breaker: (open: boolean) => void isOpen.push(open),
    };
    store = createRedisStore({ url, seconds: 60, log, observe });
    store.open();
    try {
      await work();
    } finally {
      store.close();
    }
  }

  const find = (...names: string[]) => store.find(names).catch((error: Error) => error.constructor.name);
  /** A busy machine may be too slow for the budget at times, and a breaker needs its time. */
  async function until<T>(work: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await work();
      if (isSo(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const found = (...names: string[]) => until(() => find(...names), Array.isArray);
  const keep = async (name: string, text: string) => {
    await until(
      async () => {
        store.keep(new Map([[name, text]]));
        return found(name);
      },
      (texts) => texts[0] === text,
    );
  };

  test("finds what was kept, under names of its own, for a while", () =>
    withStore(redis.url, async () => {
      await keep("one", 'a text with "quotes" and 😀');
      expect(await found("none", "one")).toEqual([undefined, 'a text with "quotes" and 😀']);
      expect(await admin.keys("*")).toEqual(["holdfast:replay:one"]);
      expect(await admin.ttl("holdfast:replay:one")).toBeGreaterThan(50);
    }));

  test("finds nothing in values of another type, and reads only a part of huge ones", () =>
    withStore(redis.url, async () => {
      await admin.lPush("holdfast:replay:list", "x");
      await admin.set("holdfast:replay:empty", "");
      await admin.set("holdfast:replay:huge", "x".repeat(10_000_000));
      await keep("one", "text");
      const texts = await found("list", "empty", "huge", "one");
      expect(texts.slice(0, 2)).toEqual([undefined, undefined]);
      expect(texts[2]).toHaveLength(65_536);
      expect(texts[3]).toBe("text");
    }));

  test("is refused at once while nobody listens, and works when somebody does", async () => {
    const own = await startRedis();
    await own.kill();
    await withStore(own.url, async () => {
      expect(await find("one")).not.toEqual([undefined]);
      await until(
        () => find("one"),
        (told) => told === "BrokenCircuitError",
      );
      store.keep(new Map([["one", "text"]]));
      expect(failures).toContain("not-kept");
      expect(isOpen).toEqual([true]);
      await own.startAgain();
      await keep("one", "text");
      expect(isOpen.at(-1)).toBe(false);
    });
    await own.close();
  });

  test("is left alone while it is frozen, and used again afterwards", async () => {
    const own = await startRedis();
    await withStore(own.url, async () => {
      await keep("one", "text");
      own.freeze(true);
      await until(
        () => find("one"),
        (told) => told === "BrokenCircuitError",
      );
      expect(failures).toContain("timeout");
      own.freeze(false);
      expect(await found("one")).toEqual(["text"]);
    });
    own.freeze(false);
    await own.close();
  });

  test("finds another connection after one that swallowed everything", async () => {
    const proxy = await startFaultyProxy(redis.port);
    await withStore(`redis://127.0.0.1:${proxy.port}`, async () => {
      await keep("one", "text");
      proxy.blackHole(true);
      await until(
        () => find("one"),
        (told) => told === "BrokenCircuitError",
      );
      proxy.blackHole(false);
      expect(await found("one")).toEqual(["text"]);
    });
    await proxy.close();
  });

  test("doesn't wait for a slow one", async () => {
    const proxy = await startFaultyProxy(redis.port);
    await withStore(`redis://127.0.0.1:${proxy.port}`, async () => {
      await keep("one", "text");
      proxy.delay(200);
      expect(await find("one")).toBe("Overdue");
    });
    await proxy.close();
  });

  test("forgets its scripts with Redis, and brings them again", () =>
    withStore(redis.url, async () => {
      await keep("one", "text");
      await admin.scriptFlush();
      expect(await found("one")).toEqual(["text"]);
      await admin.scriptFlush();
      await keep("two", "text");
    }));
}
