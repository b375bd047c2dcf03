import { isRetryable } from "../postgres-error.ts";
import { SYSTEM_CALLER } from "../principal.ts";
import type { Sessions } from "../sessions.ts";
import { textOf } from "../statements.ts";
import type { TopicName } from "../topic-name.ts";
import { DeadlinePassed, OutcomeUnknown, runTransaction, type Tx } from "../transaction.ts";
import { executeCalls } from "./execute.ts";
import type { Registry } from "./registry.ts";

export interface SweepOptions {
  readonly sessions: Sessions;
  readonly registry: Registry;
  /** Told what a transaction has changed, once it is committed. */
  readonly onTouched: (tenantId: number, topics: readonly TopicName[]) => void;
}

/** Rows that one transaction settles, at most: who needs one of them waits for all. */
const MAX_ROWS = 100;
const TRANSACTION_TIMEOUT_MS = 3_000;

/**
 * Settles what time alone has made due, such as the expiry of holds, on rows that nobody has touched since, in all tenants,
 * so that those who watch them hear of it. Nothing depends on it: whoever locks such a row settles what is due before
 * anything else, by the same write path; and so several sweeps at once settle everything once.
 *
 * Rows that somebody else has locked are left to them.
 *
 * @throws what kept it from settling some rows, after it has settled the others; at once when the database is away.
 */
export async function sweep(options: SweepOptions): Promise<{ settled: number }> {
  const failures: unknown[] = [];
  let settled = 0;
  for (const tenantId of await overdueTenants(options.sessions)) {
    settled += await sweepTenant(options, tenantId, (failure) => failures.push(failure));
  }
  if (failures.length > 0) throw failures[0];
  return { settled };
}

/**
 * Row-level security shows a transaction the rows of its own tenant; this function tells which tenants to ask for. In any
 * order, so that one whose rows take too long doesn't end every sweep before the same others.
 */
async function overdueTenants(sessions: Sessions): Promise<number[]> {
  const rows = await inTransaction(sessions, 0, (tx) =>
    tx.run("select tenant_id::text from holdfast.overdue_tenants() as overdue (tenant_id) order by random()"),
  );
  return rows.map((row) => Number(textOf(row, "tenant_id")));
}

async function sweepTenant(
  { sessions, registry, onTouched }: SweepOptions,
  tenantId: number,
  onFailure: (failure: unknown) => void,
): Promise<number> {
  async function settle(feature: string, keys: readonly string[]): Promise<number> {
    try {
      return await inTransaction(sessions, tenantId, async (tx) => {
        tx.afterCommit(() => onTouched(tenantId, tx.touched));
        const also = keys.map((key) => ({ feature, key }));
        return (await executeCalls(tx, registry, tenantId, [], { wait: false, also })).due;
      });
    } catch (error) {
      if (isAway(error)) throw error;
      if (keys.length > 1) {
        // One row that can't be settled must not keep the others from it: split until it stands alone.
        const middle = Math.ceil(keys.length / 2);
        return (await settle(feature, keys.slice(0, middle))) + (await settle(feature, keys.slice(middle)));
      }
      onFailure(error);
      return 0;
    }
  }

  let settled = 0;
  for (const feature of registry.features) {
    if (feature.overdue === undefined) continue;
    let keys: readonly string[] = [];
    do {
      const after = keys.at(-1);
      keys = await inTransaction(
        sessions,
        tenantId,
        async (tx) => (await feature.overdue?.(tx, tenantId, MAX_ROWS, after)) ?? [],
      );
      if (keys.length > 0) settled += await settle(feature.name, keys);
    } while (keys.length === MAX_ROWS);
  }
  return settled;
}

function inTransaction<T>(sessions: Sessions, tenantId: number, work: (tx: Tx) => Promise<T>): Promise<T> {
  const deadline = Date.now() + TRANSACTION_TIMEOUT_MS;
  return runTransaction(sessions, { tenantId, caller: SYSTEM_CALLER, deadline, planOnce: true }, work);
}

/** The next rows would fare no better. */
function isAway(error: unknown): boolean {
  return error instanceof OutcomeUnknown || error instanceof DeadlinePassed || isRetryable(error);
}
