import { redisIsInstalled } from "@holdfast/server/testing";
import { bulk } from "./bulk.ts";
import type { Contender } from "./contender.ts";
import { holdfast, holdfastLocked } from "./holdfast.ts";
import { holdfastRedis } from "./holdfast-redis.ts";
import { pgledger } from "./pgledger.ts";
import { sqlFunction } from "./sql-function.ts";
import { textbook } from "./textbook.ts";

/** In the order of their turns. */
export function contenders(pgledgerFile: string | undefined): Contender[] {
  const ours = [
    holdfast,
    holdfastLocked,
    ...(redisIsInstalled() ? [holdfastRedis] : []),
    textbook,
    sqlFunction,
    bulk,
  ];
  return pgledgerFile === undefined ? ours : [...ours, pgledger(pgledgerFile)];
}
