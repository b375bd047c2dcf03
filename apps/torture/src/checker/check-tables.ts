import postgres from "postgres";
import { PREPARATIONS, tableChecks } from "./table-checks.ts";
import type { Violation } from "./violation.ts";

/** One bug breaks thousands of rows; the first few show it as well as all of them. */
const MAX_A_CHECK = 20;

/**
 * The second checker: SQL over the final tables and nothing else. It shares no code with the first one, with
 * `holdfast verify` or with the product, so that a mistake in one of them is not the mistake of all.
 */
export async function checkTables(url: string): Promise<Violation[]> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    return await sql.begin("isolation level repeatable read", async (tx) => {
      for (const statement of PREPARATIONS) await tx.unsafe(statement);
      const violations: Violation[] = [];
      for (const { invariant, rule, sql: query } of tableChecks) {
        const rows = await tx.unsafe<{ place: string; wrong: string }[]>(
          `select place, wrong from (${query}) as found limit ${MAX_A_CHECK}`,
        );
        for (const { place, wrong } of rows) {
          violations.push({
            invariant,
            message: `tables: ${rule}: ${place}`,
            evidence: [`${place}: ${wrong}`],
          });
        }
      }
      return violations;
    });
  } catch (error) {
    // Class 22: a value in a row is not of the form that every write has. The driver's other failures are the run's.
    if (!(error instanceof postgres.PostgresError) || !error.code.startsWith("22")) throw error;
    return [{ invariant: "I5", message: "tables: a row can't be read", evidence: [error.message] }];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
