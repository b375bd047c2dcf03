import { type HistoryEvent, QUERIES, type Reply } from "../../history.ts";
import { createRandom, type Random } from "../../random.ts";
import type { Intent } from "./intent.ts";
import { Intents } from "./intents.ts";
import { isOpen, notExecuted, replyOf, unknown } from "./replies.ts";
import { TinyHoldfast } from "./tiny-holdfast.ts";
import type { Answer, Fields, TinyTables } from "./tiny-store.ts";

export interface Simulated {
  readonly events: HistoryEvent[];
  readonly tables: TinyTables;
}

export interface SimulateOptions {
  readonly seed: number;
  /** The history has about twice as many lines. */
  readonly attempts: number;
  readonly clients?: number;
}

/** When the database's clock begins; the clients' begins at zero. */
const EPOCH_MS = Date.UTC(2026, 10, 1);
const DEADLINE_MS = 3_000;

/**
 * A right history, made without a clock and without a database: clients at once against one tiny Holdfast, with
 * replies that are lost, come late or were never earned, retries, duplicates, keys of other people, and reads.
 */
export function simulate(options: SimulateOptions): Simulated {
  return new Simulation(options).run();
}

class Simulation {
  readonly #random: Random;
  readonly #intents: Intents;
  readonly #holdfast = new TinyHoldfast();
  readonly #events: HistoryEvent[] = [];
  /** What will happen, in no order: a few dozen appointments at most, so no heap is needed. */
  readonly #agenda: { atMs: number; act: () => void }[] = [];
  readonly #attempts: number;
  readonly #clients: number;
  #sent = 0;
  #nowMs = 0;

  constructor({ seed, attempts, clients = 12 }: SimulateOptions) {
    this.#random = createRandom(seed);
    this.#intents = new Intents(this.#random.fork());
    this.#attempts = attempts;
    this.#clients = clients;
  }

  run(): Simulated {
    for (const tenantId of [1, 2]) {
      for (let at = 0; at < 6; at++) {
        const open = this.#intents.opening(tenantId, at);
        this.#until(10 * at, open, (data) => this.#until(1, this.#intents.funding(open, data)));
      }
    }
    for (let client = 0; client < this.#clients; client++) this.#later(1_000 + client, () => this.#work());
    for (let next = this.#soonest(); next !== undefined; next = this.#soonest()) {
      this.#nowMs = next.atMs;
      next.act();
    }
    return { events: this.#events, tables: this.#holdfast.tables };
  }

  #soonest(): { atMs: number; act: () => void } | undefined {
    let best = 0;
    for (let at = 1; at < this.#agenda.length; at++) {
      if ((this.#agenda[at]?.atMs ?? 0) < (this.#agenda[best]?.atMs ?? 0)) best = at;
    }
    return this.#agenda.splice(best, 1)[0];
  }

  #later(ms: number, act: () => void): void {
    this.#agenda.push({ atMs: this.#nowMs + ms, act });
  }

  /** One client's life: an intent, sometimes sent twice at once, retried until it is settled; then the next. */
  #work(): void {
    if (this.#sent >= this.#attempts) return;
    const intent = this.#intents.next();
    if (this.#random.chance(0.04)) this.#send(intent, () => {});
    this.#until(
      0,
      intent,
      () => {},
      () => this.#later(this.#random.whole(0, 90), () => this.#work()),
    );
  }

  #until(
    ms: number,
    intent: Intent,
    told: (data: Fields) => void = () => {},
    done = () => {},
    tries = 0,
  ): void {
    this.#later(ms, () =>
      this.#send(intent, (reply) => {
        if (reply.kind === "success") {
          this.#intents.learn(intent, reply.data);
          told(reply.data);
        }
        // Some give up for good, so that some outcomes are never told.
        const again = isOpen(reply) && (tries < 1 || this.#random.chance(0.8));
        if (again) this.#until(5, intent, told, done, tries + 1);
        else done();
      }),
    );
  }

  #send(intent: Intent, then: (reply: Reply) => void): void {
    const random = this.#random;
    const attempt = ++this.#sent;
    const said = { atMs: this.#nowMs, server: 0, deadlineMs: DEADLINE_MS, direct: true };
    this.#events.push({ type: "sent", attempt, ...said, ...intent });
    const reply = (ms: number, what: Reply): void =>
      this.#later(ms, () => {
        this.#events.push({ type: "replied", attempt, atMs: this.#nowMs, reply: what });
        then(what);
      });
    const fate = random.next();
    if (fate < 0.03) reply(random.whole(1, 20), random.pick(notExecuted));
    else if (fate < 0.06) reply(random.whole(1, 50), random.pick(unknown));
    else {
      this.#later(random.next() * 8, () => {
        const answer = this.#execute(intent);
        if (fate >= 0.1) reply(random.next() * 8, replyOf(answer));
      });
      // Given up before it is even executed, or after.
      if (fate < 0.1) reply(random.next() * 16, random.pick(unknown));
    }
  }

  #execute({ caller, procedure, input }: Intent): Answer {
    const nowMs = EPOCH_MS + Math.floor(this.#nowMs);
    if (QUERIES.has(procedure)) return this.#holdfast.read(caller, procedure, input, nowMs);
    return this.#holdfast.execute(caller, procedure, input, nowMs);
  }
}
