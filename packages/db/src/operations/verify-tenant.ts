import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import { isSqlstate, sqlstateOf } from "../postgres-error.ts";
import type { Principal } from "../principal.ts";
import { type Row, textOf } from "../statements.ts";
import type { Tx } from "../transaction.ts";
import { type Finding, findingOf, unreadable } from "../verify.ts";
import { parseInput, type Registry } from "../write-path/registry.ts";
import { type Check, checksOf } from "../write-path/verify.ts";

/** It asks about everything, so there is nothing to say. */
export const verificationQueries = { "operations.verify": z.strictObject({}) } as const;

/** What became of one check. */
export interface CheckResult {
  readonly invariant: string;
  readonly table: string;
  /** "unchecked": the time was up before its turn, or in the midst of it. */
  readonly state: "holds" | "broken" | "unchecked";
  readonly durationMs: number;
}

export interface Verification {
  /** ISO 8601, by the database's clock: when it began. */
  readonly at: string;
  /** Whether every check was made. */
  readonly complete: boolean;
  readonly checks: CheckResult[];
  readonly findings: Finding[];
}

/** What this needs of a `Db`. */
interface Reader {
  readonly registry: Registry;
  read(
    principal: Principal,
    work: (tx: Tx) => Promise<readonly Row[]>,
    options?: { readonly deadlineMs?: number },
  ): Promise<readonly Row[]>;
}

/** The longest that it may take: for a tenant that needs more there is `holdfast verify`. */
const MAX_MS = 30_000;
/** Who waits longer for others to be done is told to come again. */
const MAX_WAIT_MS = 5_000;
const RETRY_AFTER_SECONDS = 5;
/** Kept back, so that what was checked can still be told. */
const TELL_MS = 2_000;
const MAX_FINDINGS_A_CHECK = 20;
/** Any number: whoever verifies through the API takes the same one. */
export const VERIFY_LOCK = 7_020_116_003n;
const QUERY_CANCELED = "57014";

/**
 * The checks of `verify`, over the caller's tenant alone: they run as the app role, so row-level security shows them nothing
 * else. They read whole tables, so one runs at a time, whatever the number of replicas, and for 30 s at most; what it did not
 * get to is told as unchecked.
 *
 * @throws FORBIDDEN for who is no admin; OVERLOADED while another replica's runs, or when those before it take longer than 5 s.
 */
export async function verifyTenant(
  db: Reader,
  principal: Principal,
  deadlineMs: number,
  input: z.input<(typeof verificationQueries)["operations.verify"]> = {},
): Promise<Verification> {
  if (principal.role !== "admin") throw new HoldfastError("FORBIDDEN", { needs: "admin" });
  parseInput(verificationQueries["operations.verify"], input);
  const waitMs = Math.min(deadlineMs / 2, MAX_WAIT_MS);
  const beganMs = performance.now();
  return inTurn(db, waitMs, () => runChecks(db, principal, deadlineMs - (performance.now() - beganMs)));
}

/** One after the other for those of one process. They wait without a session, so that they keep nobody else from one. */
async function inTurn<T>(db: Reader, waitMs: number, work: () => Promise<T>): Promise<T> {
  const before = lastInLine.get(db) ?? Promise.resolve();
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  lastInLine.set(
    db,
    before.then(() => left),
  );
  const stopWaiting = new AbortController();
  const timeUp = pause(waitMs, "time up" as const, { signal: stopWaiting.signal });
  timeUp.catch(() => {});
  try {
    if ((await Promise.race([before, timeUp])) === "time up") throw busy();
    stopWaiting.abort();
    return await work();
  } finally {
    leave();
  }
}
const lastInLine = new WeakMap<Reader, Promise<void>>();

function busy(): HoldfastError {
  return new HoldfastError("OVERLOADED", { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

async function runChecks(db: Reader, principal: Principal, leftMs: number): Promise<Verification> {
  const limitMs = Math.min(leftMs, MAX_MS);
  const endsAt = performance.now() + limitMs - Math.min(TELL_MS, limitMs / 4);
  const checks: CheckResult[] = [];
  const findings: Finding[] = [];
  let at = "";
  await db.read(
    principal,
    async (tx) => {
      const [begun] = await tx.run(
        `select pg_try_advisory_xact_lock(${VERIFY_LOCK}) as free,
          to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
      );
      if (begun?.["free"] !== true) throw busy();
      at = String(begun["at"]);
      // As in `verify`: a nested loop, chosen because the statistics lag behind, would compare all rows with all.
      await tx.run("select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)");
      for (const check of checksOf(db.registry.features)) {
        const { found, ...result } = await runCheck(tx, check, endsAt);
        checks.push(result);
        findings.push(...found);
      }
      return [];
    },
    { deadlineMs: limitMs },
  );
  return { at, complete: checks.every(({ state }) => state !== "unchecked"), checks, findings };
}

async function runCheck(
  tx: Tx,
  check: Check,
  endsAt: number,
): Promise<CheckResult & { readonly found: Finding[] }> {
  const { invariant, table } = check;
  const beganMs = performance.now();
  const leftMs = Math.floor(endsAt - beganMs);
  const resultOf = (state: CheckResult["state"], found: Finding[] = []) => ({
    ...{ invariant, table, state, found },
    durationMs: Math.round(performance.now() - beganMs),
  });
  if (leftMs < 1) return resultOf("unchecked");
  await tx.run("savepoint before_check");
  try {
    await tx.run("select set_config('statement_timeout', $1::text, true)", [String(leftMs)]);
    const rows = await tx.run(
      `select row_key::text as row_key, message::text as message from (${check.sql}) as violation
        limit ${MAX_FINDINGS_A_CHECK}`,
    );
    if (rows.length === 0) return resultOf("holds");
    return resultOf(
      "broken",
      rows.map((row) => findingOf(check, textOf(row, "row_key"), textOf(row, "message"))),
    );
  } catch (error) {
    const canceled = isSqlstate(error, QUERY_CANCELED);
    // Class 22, data: a row that was changed by hand may no longer be of a form that the check can read.
    if (!canceled && sqlstateOf(error)?.startsWith("22") !== true) throw error;
    await tx.run("rollback to savepoint before_check");
    return canceled ? resultOf("unchecked") : resultOf("broken", [unreadable(check)]);
  }
}
