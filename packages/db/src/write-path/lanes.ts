import type { Call, Result } from "./call.ts";
import type { Need } from "./feature.ts";
import { needName } from "./lock.ts";
import type { TracedCall } from "./trace.ts";

/** A call that waits for its transaction, and the caller who waits for the call. */
export interface Ticket {
  readonly call: Call;
  /** When its caller stops waiting, in epoch milliseconds. */
  readonly deadline: number;
  settled: boolean;
  /** The lane that it waits in; undefined while it is aboard a transaction. */
  lane: Lane | undefined;
  /** Whether a transaction that had it aboard may have committed. */
  attempted: boolean;
  /** Undefined when nobody traces it. */
  readonly traced: TracedCall | undefined;
  resolve(result: Exclude<Result, { type: "stuck" }>): void;
  reject(error: Error): void;
}

/**
 * Calls that go one batch after the other: the swift lane of a tenant, the patient lane of a stuck row, or that of a key
 * which somebody's open transaction is recording.
 */
export interface Lane {
  readonly tenantId: number;
  readonly stuck: Need | "key" | undefined;
  readonly waiting: Ticket[];
  /** Calls of its that are aboard a transaction. */
  aboard: number;
  running: boolean;
  /** Whether the latest batch was decided before its rows were locked. */
  optimistic: boolean;
  /** Told of each call that joins those who wait. */
  onJoined: (() => void) | undefined;
  /** Forgets it, unless it is at work. */
  readonly remove: () => void;
}

/** Calls that go aboard one transaction. */
export interface Batch {
  readonly tickets: Ticket[];
  /** Whether all of them can be decided on what is cached. */
  readonly isKnown: boolean;
}

export interface LaneLimits {
  /** The most calls that share one transaction. */
  readonly maxBatch: number;
  /** The most rows that they may need together, unless one call alone needs more. */
  readonly maxBatchNeeds: number;
}

/**
 * As many calls are worth a transaction of their own, where they could share one with others: it costs as much as ten to twenty
 * calls in it, and saves them that they wait for the answer to the COMMIT before theirs. Where Postgres need not wait in
 * the middle of a transaction either, for what is decided on its locks, fewer do.
 */
const WORTH_A_BATCH = { optimistic: 16, pessimistic: 64 };

/** Where calls wait: which lane each belongs in, and who is in it. */
export class Lanes {
  /** Calls that wait for their transaction, and those of them that wait for somebody else's. */
  waitingCalls = 0;
  stuckCalls = 0;
  readonly #limits: LaneLimits;
  readonly #swift = new Map<number, Lane>();
  readonly #patient = new Map<string, Lane>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Who needs a row that is known to be stuck joins those who wait for it. */
  laneFor(call: Call): Lane {
    const { tenantId } = call.principal;
    if (this.#patient.size > 0) {
      for (const name of [...call.needs.map(needName), keyName(call)]) {
        const waited = this.#patient.get(`${tenantId}\0${name}`);
        if (waited !== undefined) return waited;
      }
    }
    return this.#swiftLane(tenantId);
  }

  rowLane(tenantId: number, need: Need): Lane {
    return this.#patientLane(tenantId, needName(need), need);
  }

  keyLane(tenantId: number, call: Call): Lane {
    return this.#patientLane(tenantId, keyName(call), "key");
  }

  add(to: Lane, ticket: Ticket): void {
    waitIn(to, ticket);
    to.waiting.push(ticket);
    this.#count(to, 1);
    to.onJoined?.();
  }

  /** To the front again, in the order in which they were. */
  putBack(to: Lane, tickets: readonly Ticket[]): void {
    for (const ticket of tickets) waitIn(to, ticket);
    to.waiting.unshift(...tickets);
    this.#count(to, tickets.length);
  }

  /**
   * The next batch, at the moment when there is a session for it: whoever arrived until then comes along. With `isKnown` those
   * alone of whom it is true, if there are enough of them and it is their turn: the first of the others has the next turn.
   */
  takeBatch(from: Lane, isKnown?: (call: Call) => boolean): Batch {
    // Of thousands who wait only the next ones are looked at.
    const next = from.waiting.slice(0, 2 * this.#limits.maxBatch);
    const known = isKnown === undefined ? [] : next.filter(({ call }) => isKnown(call));
    const isWorthIt = known.length >= WORTH_A_BATCH.optimistic && known[0] === next[0];
    const part = isWorthIt ? known : next;
    const worth = isWorthIt ? WORTH_A_BATCH.optimistic : WORTH_A_BATCH.pessimistic;
    const most = Math.min(this.#limits.maxBatch, share(from, part.length, worth));
    let size = 0;
    for (let needs = 0; size < most; size++) {
      needs += part[size]?.call.needs.length ?? 0;
      if (size > 0 && needs > this.#limits.maxBatchNeeds) break;
    }
    const batch = part.slice(0, size);
    const taken = new Set(batch);
    from.waiting.splice(0, next.length, ...next.filter((ticket) => !taken.has(ticket)));
    this.#count(from, -batch.length);
    from.aboard += batch.length;
    for (const ticket of batch) board(ticket);
    return { tickets: batch, isKnown: isWorthIt || (known.length > 0 && known.length === next.length) };
  }

  /** Its caller waits no longer; whoever is aboard a transaction stays there. */
  leave(ticket: Ticket): void {
    const { lane } = ticket;
    const at = lane?.waiting.indexOf(ticket) ?? -1;
    if (lane === undefined || at < 0) return;
    lane.waiting.splice(at, 1);
    ticket.traced?.boards();
    this.#count(lane, -1);
  }

  #swiftLane(tenantId: number): Lane {
    let found = this.#swift.get(tenantId);
    if (found === undefined) {
      const remove = () => void this.#swift.delete(tenantId);
      found = createLane(tenantId, undefined, remove);
      this.#swift.set(tenantId, found);
    }
    return found;
  }

  #patientLane(tenantId: number, name: string, stuck: Need | "key"): Lane {
    const key = `${tenantId}\0${name}`;
    const found = this.#patient.get(key);
    if (found !== undefined) return found;
    const remove = (): void => {
      if (!made.running && this.#patient.get(key) === made) this.#patient.delete(key);
    };
    const made = createLane(tenantId, stuck, remove);
    this.#patient.set(key, made);
    return made;
  }

  #count(lane: Lane, calls: number): void {
    this.waitingCalls += calls;
    if (lane.stuck !== undefined) this.stuckCalls += calls;
  }
}

function createLane(tenantId: number, stuck: Lane["stuck"], remove: () => void): Lane {
  return {
    tenantId,
    stuck,
    waiting: [],
    aboard: 0,
    running: false,
    optimistic: false,
    onJoined: undefined,
    remove,
  };
}

/** Whether those who wait are enough for a batch right behind the one under way: half as many as are aboard it, for else they only get fewer. */
export function mayFollow(lane: Lane): boolean {
  const worth = lane.optimistic ? WORTH_A_BATCH.optimistic : WORTH_A_BATCH.pessimistic;
  return lane.waiting.length >= worth && 2 * lane.waiting.length >= lane.aboard;
}

/** Of many calls at most half, for those behind them to follow in the pipeline while they are answered and come again. */
function share({ stuck, aboard }: Lane, waiting: number, worth: number): number {
  const all = waiting + aboard;
  return stuck === undefined && all >= 2 * worth ? Math.min(waiting, Math.ceil(all / 2)) : waiting;
}

/** The name of the lane in which calls wait whose key another transaction is recording. */
function keyName(call: Call): string {
  return `key\0${call.command.idempotencyKey}`;
}

function waitIn(lane: Lane, ticket: Ticket): void {
  ticket.lane = lane;
  ticket.traced?.waits(typeof lane.stuck === "object" ? "row" : (lane.stuck ?? "swift"));
}

function board(ticket: Ticket): void {
  ticket.lane = undefined;
  ticket.traced?.boards();
}
