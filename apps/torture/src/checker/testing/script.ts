import type { Caller, HistoryEvent, Replied, Reply, Sent } from "../../history.ts";
import type { OperationRow } from "../tables.ts";
import { replyOf } from "./replies.ts";
import { TinyHoldfast } from "./tiny-holdfast.ts";
import type { Fields } from "./tiny-store.ts";

type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Loose<T[K]> }
    : T;
export type Row<T> = { -readonly [K in keyof T]: T[K] };
export type LooseFields = Record<string, unknown>;

const EPOCH_MS = Date.UTC(2026, 10, 1);
const LOST: Reply = { kind: "lost", reason: "connection" };

/** A right history, every call by itself, as a test writes it down: to be spoilt in one place. */
export class Script {
  readonly events: HistoryEvent[] = [];
  readonly #holdfast = new TinyHoldfast();
  #nowMs = 0;

  get tables() {
    return this.#holdfast.tables;
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

  protected pass(ms: number): void {
    this.#nowMs += ms;
  }

  protected write(
    caller: Caller,
    procedure: string,
    idempotencyKey: string,
    input: Fields,
    fate: { reply?: Reply; executed: boolean } = { executed: true },
  ): Reply {
    const full = { idempotencyKey, ...input };
    return this.#attempt(caller, procedure, full, () => {
      const answer = fate.executed && this.#holdfast.execute(caller, procedure, full, this.#databaseMs());
      return fate.reply ?? (answer ? replyOf(answer) : LOST);
    });
  }

  protected read(caller: Caller, procedure: string, input: Fields): void {
    const read = () => this.#holdfast.read(caller, procedure, input, this.#databaseMs());
    this.#attempt(caller, procedure, input, () => replyOf(read()));
  }

  #databaseMs(): number {
    return EPOCH_MS + this.#nowMs;
  }

  #attempt(caller: Caller, procedure: string, input: Fields, execute: () => Reply): Reply {
    const attempt = this.events.length;
    const call = { caller: { ...caller }, procedure, input: structuredClone(input) };
    this.events.push({
      type: "sent",
      attempt,
      atMs: this.#nowMs,
      server: 0,
      deadlineMs: 1_000,
      direct: true,
      ...call,
    });
    this.#nowMs += 10;
    const reply = structuredClone(execute());
    this.#nowMs += 10;
    this.events.push({ type: "replied", attempt, atMs: this.#nowMs, reply });
    this.#nowMs += 10;
    return reply;
  }
}

export function find<T>(rows: readonly T[], fits: (row: T) => boolean): T {
  const row = rows.find(fits);
  if (row === undefined) throw new Error("the scenario has no such row");
  return row;
}
