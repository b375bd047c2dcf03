import type { Caller, Reply } from "../../history.ts";
import { replyOf } from "./replies.ts";
import { SpoilableHistory } from "./spoilable-history.ts";
import { TinyHoldfast } from "./tiny-holdfast.ts";
import type { Fields } from "./tiny-store.ts";

const EPOCH_MS = Date.UTC(2026, 10, 1);
const LOST: Reply = { kind: "lost", reason: "connection" };

/** A right history, every call by itself, as a test writes it down: to be spoilt in one place. */
export class Script extends SpoilableHistory {
  readonly #holdfast: TinyHoldfast;
  #nowMs = 0;

  constructor(holdfast = new TinyHoldfast()) {
    super([], holdfast.tables);
    this.#holdfast = holdfast;
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
