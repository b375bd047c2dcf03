import type { Principal } from "../principal.ts";
import type { Statements } from "../statements.ts";

/** JSON as it is stored and told: decimal strings for amounts, no undefined. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One version of a topic. Versions of a topic follow each other without a gap. */
export interface Change {
  readonly id: string;
  readonly version: bigint;
  readonly data: Json;
}

/** How a feature shows its changes to watchers: they are rows that it has anyway. */
export interface Topic {
  readonly kind: string;
  /** The versions of those topics that the principal may watch; what is not there and what is not theirs is left out. */
  versions(
    tx: Statements,
    principal: Principal,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, bigint>>;
  /** The changes after a version each, in the order of their versions, `limit` a topic at most. */
  changesSince(
    tx: Statements,
    tenantId: number,
    wanted: readonly { readonly id: string; readonly since: bigint }[],
    limit: number,
  ): Promise<readonly Change[]>;
}
