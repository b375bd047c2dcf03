import type { Statements } from "./statements.ts";

const STAY_ON_INDEXES = `select set_config(setting, 'off', true) from unnest(
  array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_sort']) as setting`;

/**
 * Keeps what this transaction reads after it on indexes, as the write path keeps its own. A session keeps its plans: one that
 * was made while a table had a few rows would go on scanning it when it has a million. Travels with what follows it.
 */
export function stayOnIndexes(tx: Statements): void {
  void tx.run(STAY_ON_INDEXES);
}
