import type { Invariant } from "./violation.ts";

/** What must hold among the tables, as a query that answers a row (`place`, `wrong`) for each place where it does not. */
export interface TableCheck {
  readonly invariant: Invariant;
  readonly rule: string;
  readonly sql: string;
}
