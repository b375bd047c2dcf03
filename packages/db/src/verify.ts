import { holdfastFeatures } from "./features.ts";
import { asOwner } from "./owner.ts";
import { isSqlstate } from "./postgres-error.ts";
import type { Feature } from "./write-path/feature.ts";
import { type Check, checksOf } from "./write-path/verify.ts";

/** One row that breaks an invariant. */
export interface Finding {
  readonly invariant: string;
  readonly table: string;
  readonly row: string;
  readonly message: string;
}

export function findingOf({ invariant, table }: Check, row: string, message: string): Finding {
  return { invariant, table, row, message };
}

/** A row that was changed by hand may no longer be of a form that later checks can read. */
export function unreadable(check: Check): Finding {
  return findingOf(check, "?", "a row can't be read; mend the rows named above first");
}

/** The database was never migrated: that is no finding about a row. */
const NO_SCHEMA = "3F000";
const NO_TABLE = "42P01";
const MAX_FINDINGS_A_CHECK = 100;

/**
 * Checks every invariant over all tenants, in one snapshot; answers what is wrong, at most 100 rows a check.
 *
 * `url` as for `migrate`; `onProgress` hears of each check before it runs.
 */
export async function verify({
  url,
  features = holdfastFeatures,
  onProgress = () => {},
}: {
  url: string;
  features?: readonly Feature[];
  onProgress?: (message: string) => void;
}): Promise<Finding[]> {
  const checks = checksOf(features);
  return asOwner(url, async (sql) => {
    const findings: Finding[] = [];
    await sql.unsafe("begin isolation level repeatable read read only");
    // Checks read whole tables. A nested loop, chosen because the statistics lag behind, would compare all rows with all.
    await sql.unsafe("set local enable_nestloop = off; set local jit = off");
    for (const [at, check] of checks.entries()) {
      const { invariant, table, sql: text } = check;
      onProgress(`${at + 1}/${checks.length} ${invariant} ${table}`);
      await sql.unsafe("savepoint before_check");
      try {
        const rows = await sql.unsafe(
          `select row_key::text, message from (${text}) as violation limit ${MAX_FINDINGS_A_CHECK}`,
        );
        for (const row of rows) {
          findings.push(findingOf(check, String(row["row_key"]), String(row["message"])));
        }
      } catch (error) {
        if (isSqlstate(error, NO_SCHEMA) || isSqlstate(error, NO_TABLE)) throw error;
        await sql.unsafe("rollback to savepoint before_check");
        findings.push(unreadable(check));
      }
    }
    await sql.unsafe("commit");
    return findings;
  });
}
