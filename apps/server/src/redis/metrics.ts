import type { ReplayCacheSeen } from "@holdfast/db";
import { Counter, Gauge, type Registry } from "prom-client";
import type { RedisObserver } from "./replay-store.ts";

export interface ReplayCacheMetrics {
  asked(seen: ReplayCacheSeen): void;
  readonly redis: RedisObserver;
}

const RESULTS = ["hit", "late", "miss", "invalid", "failed"] as const;
const FAILURES = ["timeout", "error", "not-kept"] as const;

export function createReplayCacheMetrics(registry: Registry): ReplayCacheMetrics {
  const registers = [registry];
  const asked = new Counter({
    name: "holdfast_replay_cache_asked_total",
    help: "Calls that the replay cache was asked for.",
    labelNames: ["result"],
    registers,
  });
  const failures = new Counter({
    name: "holdfast_redis_failures_total",
    help: "Questions to Redis without an answer in time, and outcomes that it was not given.",
    labelNames: ["what"],
    registers,
  });
  const breaker = new Gauge({
    name: "holdfast_redis_breaker_open",
    help: "1 while Redis is left alone after failures in a row.",
    registers,
  });
  for (const result of RESULTS) asked.inc({ result }, 0);
  for (const what of FAILURES) failures.inc({ what }, 0);
  return {
    asked: ({ result }) => asked.inc({ result }),
    redis: {
      failed: (what) => failures.inc({ what }),
      breaker: (open) => breaker.set(open ? 1 : 0),
    },
  };
}
