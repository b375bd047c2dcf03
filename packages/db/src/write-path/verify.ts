import { seal } from "./seal.ts";

/** One invariant as SQL: the statement answers a row for each violation, and none on a sound database. */
export interface Check {
  /** The invariant's number, I1 to I12, as the torture run reports them too. */
  readonly invariant: string;
  readonly table: string;
  /** Answers `row_key` (the primary key, as text) and `message`. */
  readonly sql: string;
}

const operationChecks: readonly Check[] = [
  {
    invariant: "I1",
    table: "operations",
    sql: `
      select tenant_id || '/' || id as row_key, 'differs from what was recorded: its seal does not fit' as message
      from holdfast.operations
      where seal <> ${seal("floor(extract(epoch from created_at) * 1000)::bigint")}`,
  },
];

/** Every check of a Holdfast with these features, in the order in which they are made. */
export function checksOf(
  features: readonly { readonly checks?: readonly Check[] | undefined }[],
): readonly Check[] {
  return [...operationChecks, ...features.flatMap((feature) => feature.checks ?? [])];
}
