/** One bug, put into the servers of a run. */
export interface Plant {
  readonly name: string;
  readonly bug: string;
  readonly edits: readonly Edit[];
  /** The faults that it takes to see it, where all of them together would let it show too rarely. */
  readonly faults?: RegExp;
}

export interface Edit {
  /** Below the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const edit = (file: string, find: string, replace: string): Edit => ({
  file: `packages/db/src/${file}`,
  find,
  replace,
});

/** Row-level security would refuse what a read's own condition lets through: a plant that shows it takes both away. */
export const readsAsEverybody: Edit = edit(
  "transaction.ts",
  "set local holdfast.caller = ${literal(caller)};",
  "set local holdfast.caller = ${literal(SYSTEM_CALLER)};",
);

/** A run has dozens of callers: what the product does for hundreds of them is done for a handful, so that it meets every fault. */
export const SMALL_SCALE: readonly Edit[] = [
  edit(
    "write-path/lanes.ts",
    "const WORTH_A_BATCH = { optimistic: 16, pessimistic: 64 };",
    "const WORTH_A_BATCH = { optimistic: 2, pessimistic: 2 };",
  ),
  // Its servers share their rows, where the cache would soon be left alone.
  edit("write-path/row-cache.ts", "const MOST_BATCHES_WITHOUT = 256;", "const MOST_BATCHES_WITHOUT = 1;"),
];
