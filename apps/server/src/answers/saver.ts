import { randomUUID } from "node:crypto";
import type { Answer, Db, Step } from "@holdfast/db";
import { answererOf, type Job } from "./job.ts";
import { repeat } from "./repeat.ts";

const SHORTEST_DEADLINE_MS = 1_000;

export interface Ended {
  readonly status: "complete" | "failed";
  readonly error?: string;
}

/** Writes one answer down, one call at a time. */
export class Saver {
  readonly #db: Db;
  readonly #job: Job;
  readonly #leaseMs: number;
  /** Nobody can guess it, so nobody can have used a key of ours for something else. */
  readonly #run = randomUUID();
  #calls = 0;
  /** When a call last succeeded. */
  #heardMs = Date.now();

  constructor(db: Db, job: Job, leaseMs: number) {
    this.#db = db;
    this.#job = job;
    this.#leaseMs = leaseMs;
  }

  /** Whether the lease needs to be renewed, though there is nothing to say. */
  get isDue(): boolean {
    return Date.now() - this.#heardMs > this.#leaseMs / 3;
  }

  /** @throws HoldfastError ANSWER_ENDED when nobody needs more of it; whatever else keeps it from being saved. */
  save(steps: Step[], tokens: number): Promise<Answer<"conversations.save">> {
    const said = { ...this.#named(), steps, tokens };
    return this.#untilKnown((deadlineMs) =>
      this.#db.execute(this.#by, { kind: "conversations.save", ...said }, { deadlineMs }),
    );
  }

  settle(ended: Ended, steps: Step[], tokens: number): Promise<Answer<"conversations.settle">> {
    const said = { ...this.#named(), ...ended, steps, tokens };
    return this.#untilKnown((deadlineMs) =>
      this.#db.execute(this.#by, { kind: "conversations.settle", ...said }, { deadlineMs }),
    );
  }

  get #by() {
    return answererOf(this.#job.tenantId);
  }

  #named() {
    const { conversationId, answerId } = this.#job;
    return { conversationId, answerId, idempotencyKey: `answer:${answerId}:${this.#run}:${this.#calls++}` };
  }

  /** Repeats a call for as long as the lease may last: after that there is nothing left to save. */
  async #untilKnown<T>(call: (deadlineMs: number) => Promise<T>): Promise<T> {
    const deadlineMs = Math.max(SHORTEST_DEADLINE_MS, this.#leaseMs / 3);
    const answer = await repeat(() => call(deadlineMs), this.#heardMs + this.#leaseMs - Date.now());
    this.#heardMs = Date.now();
    return answer;
  }
}
