import type { HistoryEvent, Replied, Sent } from "../../history.ts";
import type { OperationRow } from "../tables.ts";
import type { TinyTables } from "./tiny-store.ts";

type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Loose<T[K]> }
    : T;
export type Row<T> = { -readonly [K in keyof T]: T[K] };
export type LooseFields = Record<string, unknown>;

/** A right history and its tables, to be spoilt in one place. */
export class SpoilableHistory {
  readonly events: HistoryEvent[];
  readonly tables: TinyTables;

  constructor(events: HistoryEvent[], tables: TinyTables) {
    this.events = events;
    this.tables = tables;
  }

  /** The attempts with a key, or of a read by its name, in the order of sending. */
  sent(key: string, tenantId = 1): Loose<Sent>[] {
    return this.events.filter(
      (event): event is Loose<Sent> =>
        event.type === "sent" &&
        event.caller.tenantId === tenantId &&
        (event.input["idempotencyKey"] === key || event.procedure.endsWith(`.${key}`)),
    );
  }

  replied(key: string, nth = 0, tenantId = 1): Row<Replied> {
    const sent = this.sent(key, tenantId)[nth];
    const replied = this.events.find((event) => event.type === "replied" && event.attempt === sent?.attempt);
    if (replied?.type !== "replied") throw new Error(`no reply for ${key}`);
    return replied;
  }

  /** The data of a success, to be changed in place. */
  told(key: string, nth = 0): LooseFields {
    const { reply } = this.replied(key, nth);
    if (reply.kind !== "success") throw new Error(`${key} is no success`);
    return reply.data as LooseFields;
  }

  /** The details of an error, to be changed in place. */
  details(key: string, nth = 0): LooseFields {
    const { reply } = this.replied(key, nth);
    if (reply.kind !== "error") throw new Error(`${key} is no error`);
    return reply.details as LooseFields;
  }

  operation(key: string): Row<OperationRow> {
    return find(this.tables.operations, (one) => one.tenantId === 1 && one.idempotencyKey === key);
  }

  outcome(key: string): LooseFields {
    const { outcome } = this.operation(key);
    return (outcome.ok ? outcome.data : outcome.details) as LooseFields;
  }

  remove(row: object): void {
    for (const rows of Object.values(this.tables) as object[][])
      if (rows.includes(row)) rows.splice(rows.indexOf(row), 1);
  }
}

export function find<T>(rows: readonly T[], fits: (row: T) => boolean): T {
  const row = rows.find(fits);
  if (row === undefined) throw new Error("the scenario has no such row");
  return row;
}
