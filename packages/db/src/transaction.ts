import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "@opentelemetry/api";
import { connectionFailed, isRetryable, isSqlstate, SessionLost } from "./postgres-error.ts";
import { SYSTEM_CALLER } from "./principal.ts";
import { APP_ROLE } from "./roles.ts";
import { type Opening, RunningTransaction, type Tx } from "./running-transaction.ts";
import type { Session } from "./session.ts";
import type { Lender, Sessions } from "./sessions.ts";
import { activeTrace } from "./trace.ts";

export type { Tx } from "./running-transaction.ts";

export interface TransactionOptions {
  readonly tenantId: number;
  readonly readOnly?: boolean;
  /** When to give up, in epoch milliseconds. Default: 10 s from now. */
  readonly deadline?: number;
  /** The longest wait for somebody else's lock, in milliseconds. Default: until the deadline. */
  readonly lockTimeoutMs?: number;
  /** How often to run the work again after a failure that committed nothing. Default: 5. */
  readonly retries?: number;
}

/** What only Holdfast itself asks for. */
interface RunOptions extends TransactionOptions {
  /** As whom row-level security sees it. */
  readonly caller: string;
  /** Plans each statement once for good, on indexes alone: see PLAN_ONCE. */
  readonly planOnce?: boolean;
  /** The trace that a statement belongs to at the moment when it is sent. */
  readonly trace?: (() => Context | undefined) | undefined;
  /** Told when everything before COMMIT was answered. */
  readonly onWritten?: (() => void) | undefined;
}

/** Options that make the statements part of the caller's trace, if it has one. */
export function traced<O extends RunOptions>(options: O): O {
  const within = activeTrace();
  return within === undefined ? options : { ...options, trace: () => within };
}

/** COMMIT was sent and its answer never came: the transaction took effect once, or not at all. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** The deadline passed before COMMIT was sent: the transaction had no effect and never will. */
export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
}

/**
 * Planning a statement of the write path costs more than running it, so it is done once a session. A plan that is made
 * while a table has a few rows would scan it, and go on doing so when it has millions: 91 ms a call instead of 9, measured
 * with 100,000 wallets. Whatever the statistics say, these statements are look-ups by an index; where two could serve, the one
 * whose order a statement asks for, for sorting what the other finds is ruled out.
 */
const PLAN_ONCE = [
  "set local plan_cache_mode = force_generic_plan",
  "set local enable_seqscan = off",
  "set local enable_bitmapscan = off",
  "set local enable_hashjoin = off",
  "set local enable_mergejoin = off",
  "set local enable_sort = off",
];
const PLAN_ONCE_SCRIPT = `${PLAN_ONCE.join(";\n    ")};`;

const DEFAULT_DEADLINE_MS = 10_000;
/** Postgres ends what we lost sight of soon after our own deadline, should the connection be a black hole. */
const SERVER_GRACE_MS = 500;

const insideWork = new AsyncLocalStorage<Sessions>();

/** Refuses what would wait for a session while holding one, and see none of the surrounding transaction's writes. */
export function refuseInsideTransaction(sessions: Sessions, instead: string): void {
  if (insideWork.getStore() === sessions) {
    throw new TypeError(
      `This runs in a transaction of its own, so it can't be called inside one: ${instead}.`,
    );
  }
}

/**
 * Runs `work` in one READ COMMITTED transaction as the app role of one tenant, all of whose rows it sees; answers what it returns once COMMIT is
 * confirmed. Failures that committed nothing and may pass (deadlock, serialization, connection) are retried: `work`
 * may run several times, so it must have no effect outside the transaction.
 *
 * Statements that `work` did not await travel with COMMIT in one round trip, and fail it when they fail.
 *
 * @throws OutcomeUnknown when COMMIT was sent and not answered; DeadlinePassed when time ran out before.
 */
export function withTransaction<T>(
  sessions: Sessions,
  options: TransactionOptions,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  refuseInsideTransaction(sessions, "pass the Tx that you have");
  const asTenant = traced({ ...options, caller: SYSTEM_CALLER });
  return runTransaction(sessions, asTenant, (tx) => insideWork.run(sessions, () => work(tx)));
}

/** `withTransaction` for work of our own, as any caller: without the guard against nesting, which costs. */
export async function runTransaction<T>(
  sessions: Lender,
  options: RunOptions,
  work: (tx: RunningTransaction) => Promise<T>,
): Promise<T> {
  const deadline = options.deadline ?? Date.now() + DEFAULT_DEADLINE_MS;
  const retries = options.retries ?? 5;
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptOnce(sessions, options, deadline, work);
    } catch (error) {
      if (error instanceof OutcomeUnknown) throw error;
      if (Date.now() >= deadline)
        throw new DeadlinePassed("the transaction's deadline passed", { cause: error });
      if (!isRetryable(error) || attempt >= retries) throw error;
      await pause(Math.random() * Math.min(500, 5 * 2 ** attempt), deadline);
    }
  }
}

/** Everything before `commit` rejects with a failure that committed nothing; `commit` alone may leave it unknown. */
async function attemptOnce<T>(
  sessions: Lender,
  options: RunOptions,
  deadline: number,
  work: (tx: RunningTransaction) => Promise<T>,
): Promise<T> {
  const session = await sessions.acquire(deadline);
  const tx = new RunningTransaction(
    session,
    options.tenantId,
    new OpeningOf(options, deadline),
    options.trace,
  );
  let clean = false;
  let committing = false;
  let giveUp: NodeJS.Timeout | undefined;
  try {
    const result = await Promise.race([
      work(tx),
      // Also when `work` waits for something that is not a statement, and so never learns that its session is gone.
      new Promise<never>((_, reject) => {
        giveUp = setTimeout(
          () => {
            session.destroy("the transaction's deadline passed");
            reject(new SessionLost("the transaction's deadline passed"));
          },
          Math.max(0, deadline - Date.now()),
        );
      }),
    ]);
    const onSent = (): void => {
      committing = true;
      sessions.committing?.(session);
    };
    await commit(tx, session, { onSent, onWritten: options.onWritten });
    clean = true;
    tx.runHooks();
    return result;
  } catch (error) {
    tx.end();
    // A COMMIT that was answered has ended it either way, and another transaction may have begun behind it.
    if (!(error instanceof OutcomeUnknown) && !session.lost)
      clean = committing || !tx.begun || (await rollBack(session));
    // In an aborted transaction every statement fails alike; the first failure is the reason.
    if (isSqlstate(error, "25P02")) throw tx.firstFailure ?? error;
    // Why a session was lost is often what its BEGIN was told: no such database, too many connections.
    if (error instanceof SessionLost && error.cause === undefined) {
      throw new SessionLost(error.message, { cause: tx.firstFailure });
    }
    throw error;
  } finally {
    clearTimeout(giveUp);
    sessions.release(session, clean);
  }
}

/** A class, because V8 would keep functions that are an object's own until a full collection, and the batch with them. */
class OpeningOf implements Opening {
  readonly #options: RunOptions;
  readonly #deadline: number;

  constructor(options: RunOptions, deadline: number) {
    this.#options = options;
    this.#deadline = deadline;
  }

  script(): string {
    const { tenantId, caller, readOnly = false, planOnce = false } = this.#options;
    const timeoutMs = this.#remainingMs() + SERVER_GRACE_MS;
    // SET takes no parameters: numbers of ours, and a literal that nothing can end.
    return `begin isolation level read committed${readOnly ? " read only" : ""};
    set local role ${APP_ROLE};
    set local holdfast.tenant = '${Math.trunc(tenantId)}';
    set local holdfast.caller = ${literal(caller)};
    ${planOnce ? PLAN_ONCE_SCRIPT : ""}
    set local lock_timeout = ${this.#lockTimeoutMs()};
    set local statement_timeout = ${timeoutMs};
    set local idle_in_transaction_session_timeout = ${timeoutMs}`;
  }

  /** Without a time-out of the statement, which can't set it for itself: what it may wait for is locks. */
  parameters(): readonly string[] {
    const { tenantId, caller } = this.#options;
    return [String(Math.trunc(tenantId)), caller, String(this.#lockTimeoutMs())];
  }

  #remainingMs(): number {
    return Math.max(1, Math.ceil(this.#deadline - Date.now()));
  }

  #lockTimeoutMs(): number {
    const remainingMs = this.#remainingMs();
    return Math.min(this.#options.lockTimeoutMs ?? remainingMs, remainingMs);
  }
}

/** Whatever is no letter or digit of ASCII stands there as its code. */
function literal(text: string): string {
  const code = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `E'${text.replace(/[^A-Za-z0-9]/g, code)}'`;
}

async function commit(
  tx: RunningTransaction,
  session: Session,
  { onSent, onWritten }: { onSent: () => void; onWritten: (() => void) | undefined },
): Promise<void> {
  // A session that is gone never got the COMMIT, so nothing is unknown.
  if (session.lost) throw new SessionLost("the session was lost before COMMIT");
  const whole = tx.takeWhole();
  if (whole !== undefined) return commitWhole(tx, session, whole, { onSent, onWritten });
  tx.begin();
  const statements = tx.settleStatements();
  if (onWritten !== undefined) void statements.then(onWritten);
  tx.end();
  const answer = tx.runScript("commit").then(
    (tag) => ({ tag }),
    (error: unknown) => ({ error }),
  );
  onSent();
  const [failure, committed] = await Promise.all([statements, answer]);
  if (failure !== undefined && !(failure instanceof SessionLost)) {
    // With the session gone it is what its BEGIN was told: no such database, too many connections.
    throw session.lost ? new SessionLost("the session was lost before COMMIT", { cause: failure }) : failure;
  }
  if ("error" in committed) {
    if (!connectionFailed(committed.error)) throw committed.error;
    throw new OutcomeUnknown("COMMIT was sent and not answered", { cause: committed.error });
  }
  // An aborted transaction answers ROLLBACK to COMMIT, and no error: somebody caught a failed statement.
  if (committed.tag !== "COMMIT") {
    throw tx.firstFailure ?? new Error("Postgres rolled the transaction back instead of committing it");
  }
}

/** The one statement of a transaction without BEGIN: Postgres commits what it did, or has undone it when it fails. */
async function commitWhole(
  tx: RunningTransaction,
  session: Session,
  send: () => Promise<unknown>,
  { onSent, onWritten }: { onSent: () => void; onWritten: (() => void) | undefined },
): Promise<void> {
  tx.end();
  const answer = send();
  onSent();
  onWritten?.();
  try {
    await answer;
  } catch (error) {
    if (connectionFailed(error)) {
      throw new OutcomeUnknown("a whole transaction was sent and not answered", { cause: error });
    }
    // With the session gone it is why there was none: no such database, too many connections.
    throw session.lost ? new SessionLost("the session was lost at its beginning", { cause: error }) : error;
  }
}

async function rollBack(session: Session): Promise<boolean> {
  try {
    return (await session.runScript("rollback")) === "ROLLBACK" && !session.lost;
  } catch {
    return false;
  }
}

function pause(ms: number, deadline: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(ms, deadline - Date.now()))));
}
