import type { ReplayStore } from "@holdfast/db";
import { createClient } from "@redis/client";
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleAll } from "cockatiel";
import { describeError, type Logger } from "../log.ts";
import { findTexts, keepTexts } from "./scripts.ts";
import { Overdue, within } from "./within.ts";

/** Is told of what goes wrong with Redis, for metrics. */
export interface RedisObserver {
  failed(what: "timeout" | "error" | "not-kept"): void;
  /** Whether Redis is left alone for now. */
  breaker(open: boolean): void;
}

export interface RedisOptions {
  readonly url: string;
  /** How long Redis remembers an outcome. */
  readonly seconds: number;
  readonly log: Logger;
  readonly observe?: RedisObserver | undefined;
}

/** A replay store in Redis, which may be away, slow or wiped at any time. */
export interface RedisStore extends ReplayStore {
  /** Connects, and connects again whenever the connection is lost; waits for nothing. */
  open(): void;
  close(): void;
}

/** How long an answer of Redis is waited for. */
const BUDGET_MS = 5;
/** So many failures in a row, and it is left alone for a while; then one question tells whether it is back. */
const FAILURES = 5;
const LEFT_ALONE_MS = 2_000;
/** A connection on which nothing comes or goes for so long is dead: the breaker sends nothing, and a ping has had no answer. */
const SILENCE_MS = 1_000;
const PING_MS = 500;
const CONNECT_MS = 1_000;
const MAX_RECONNECT_MS = 1_000;
/** The most commands that may be without an answer; what comes then is not kept. */
const MAX_COMMANDS = 64;
/** Other applications may use the same Redis. */
const PREFIX = "holdfast:replay:";

export function createRedisStore({ url, seconds, log, observe }: RedisOptions): RedisStore {
  const client = createClient({
    url,
    RESP: 2,
    scripts: { findTexts, keepTexts },
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries: number) => Math.min(MAX_RECONNECT_MS, 100 * 2 ** Math.min(retries, 10)),
    },
    pingInterval: PING_MS,
    // What can't be sent at once is better not sent.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 4 * MAX_COMMANDS,
    disableClientInfo: true,
    maintNotifications: "disabled",
  });
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: LEFT_ALONE_MS,
    breaker: new ConsecutiveBreaker(FAILURES),
  });
  breaker.onBreak(() => observe?.breaker(true));
  breaker.onReset(() => observe?.breaker(false));
  let away = false;
  client.on("error", (error: unknown) => {
    if (!away) log.warn({ fault: describeError(error) }, "Redis is away: the database answers every replay");
    away = true;
  });
  let keeping = 0;

  async function ask(names: readonly string[]): Promise<readonly (string | undefined)[]> {
    const keys = names.map((name) => PREFIX + name);
    const texts = await breaker.execute(() => within(BUDGET_MS, client.findTexts(keys)));
    // A connection alone says little: a proxy accepts it with nobody behind.
    if (away) log.warn("Redis is back");
    away = false;
    return texts.map((text) => text ?? undefined);
  }

  return {
    async find(names) {
      try {
        return await ask(names);
      } catch (error) {
        if (!(error instanceof BrokenCircuitError))
          observe?.failed(error instanceof Overdue ? "timeout" : "error");
        throw error;
      }
    },

    keep(texts) {
      if (keeping >= MAX_COMMANDS || breaker.state !== 0 || !client.isReady) {
        observe?.failed("not-kept");
        return;
      }
      keeping++;
      const names = [...texts.keys()].map((name) => PREFIX + name);
      client
        .keepTexts(names, [...texts.values()], seconds)
        .catch(() => observe?.failed("not-kept"))
        .finally(() => keeping--);
    },

    open() {
      // It rejects only when it is closed before it has ever been connected.
      client.connect().catch(() => {});
    },

    close() {
      if (client.isOpen) client.destroy();
    },
  };
}
