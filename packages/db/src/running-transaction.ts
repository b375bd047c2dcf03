import type { Context } from "@opentelemetry/api";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { SessionLost } from "./postgres-error.ts";
import type { Session } from "./session.ts";
import type { Row, Statements, WholeStatements } from "./statements.ts";
import type { TopicName } from "./topic-name.ts";
import { statementName, traceStatement } from "./trace.ts";

/**
 * A transaction under way: what may lock and write takes one of these, and `withTransaction` is the only way to get
 * one. When the transaction has ended, or its session has died, every use of it is refused.
 */
export interface Tx extends Statements {
  readonly tenantId: number;
  readonly touched: TopicName[];
  /** Drizzle on this transaction's session, for statements of one's own. */
  readonly drizzle: PostgresJsDatabase;
  /** Runs after COMMIT was confirmed, and not at all when it wasn't; its failures don't reach the caller. */
  afterCommit(hook: () => void): void;
}

/** The transaction was used after its end: a promise that nobody awaited, or a handle that was kept. */
export class TransactionEnded extends Error {
  override readonly name = "TransactionEnded";
}

/** How a transaction begins, by the clock of the moment when it does. */
export interface Opening {
  /** BEGIN, and the settings. */
  script(): string;
  /** The settings as `runWhole` has them. */
  parameters(): readonly string[];
}

/** The handle of one transaction on one session: begins it with its first statement, follows every one, and is dead after its end. */
export class RunningTransaction implements Tx, WholeStatements {
  readonly tenantId: number;
  readonly touched: TopicName[] = [];
  readonly #session: Session;
  readonly #opening: Opening;
  readonly #trace: (() => Context | undefined) | undefined;
  readonly #hooks: (() => void)[] = [];
  readonly #unsettled = new Set<Promise<unknown>>();
  #drizzle: PostgresJsDatabase | undefined;
  /** Whether BEGIN was sent. */
  begun = false;
  #ended = false;
  /** Sends the statement that may be all of the transaction. */
  #whole: (() => Promise<readonly Row[]>) | undefined;
  /** The first statement that failed: what follows it in an aborted transaction only echoes it. */
  firstFailure: unknown;

  /** `trace`: what a statement that is sent now belongs to, where somebody traces the transaction. */
  constructor(session: Session, tenantId: number, opening: Opening, trace?: () => Context | undefined) {
    this.#session = session;
    this.tenantId = tenantId;
    this.#opening = opening;
    this.#trace = trace;
  }

  run(text: string, parameters?: readonly (string | null)[]): Promise<readonly Row[]> {
    if (this.#ended) return Promise.reject(new TransactionEnded("the transaction has ended"));
    this.begin();
    return this.follow(this.#send(text, parameters));
  }

  runWhole(text: string, parameters: readonly (string | null)[]): Promise<readonly Row[]> {
    if (this.#ended) return Promise.reject(new TransactionEnded("the transaction has ended"));
    const send = () => this.#send(text, [...this.#opening.parameters(), ...parameters]);
    if (this.begun || this.#whole !== undefined) {
      this.begin();
      return this.follow(send());
    }
    const answer = new Promise<readonly Row[]>((resolve, reject) => {
      // Assigned in two steps, or V8 takes it for a method and keeps it, and the batch with it, until a full collection.
      const whole = (): Promise<readonly Row[]> => {
        const sent = send();
        sent.then(resolve, reject);
        return sent;
      };
      this.#whole = whole;
    });
    return this.follow(answer);
  }

  runBefore(text: string): Promise<readonly Row[]> {
    if (this.begun || this.#ended) return Promise.reject(new TypeError("the transaction has begun"));
    return this.#send(text);
  }

  /** Sends BEGIN unless it was sent. Not awaited, so that what comes next travels in the same round trip. */
  begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.follow(this.runScript(this.#opening.script()));
    void this.takeWhole()?.();
  }

  /** What sends the one statement that is all of the transaction; undefined when there are others, or none. */
  takeWhole(): (() => Promise<readonly Row[]>) | undefined {
    const whole = this.#whole;
    this.#whole = undefined;
    return whole;
  }

  /** Runs what begins or ends the transaction; answers the command tag of its last statement. */
  runScript(script: string): Promise<string> {
    return this.#traced(script, () => this.#session.runScript(script));
  }

  #send(text: string, parameters?: readonly (string | null)[]): Promise<readonly Row[]> {
    return this.#traced(text, () => this.#session.run(text, parameters));
  }

  #traced<T>(text: string, send: () => Promise<T>): Promise<T> {
    const within = this.#trace?.();
    return within === undefined ? send() : traceStatement(within, statementName(text), send);
  }

  get drizzle(): PostgresJsDatabase {
    this.#drizzle ??= drizzle({ client: this.#guardedClient() });
    return this.#drizzle;
  }

  afterCommit(hook: () => void): void {
    this.#hooks.push(hook);
  }

  /** Remembers a statement until it settles, so that its promise has an owner, awaited or not. */
  follow<T>(statement: Promise<T>): Promise<T> {
    this.#unsettled.add(statement);
    statement.then(
      () => this.#unsettled.delete(statement),
      (error: unknown) => {
        this.#unsettled.delete(statement);
        this.firstFailure ??= error;
      },
    );
    return statement;
  }

  /** Waits for all statements that are under way; answers the first failure among them, if any. */
  async settleStatements(): Promise<unknown> {
    const settled = await Promise.allSettled(this.#unsettled);
    return settled.find((result) => result.status === "rejected")?.reason;
  }

  end(): void {
    this.#ended = true;
  }

  runHooks(): void {
    for (const hook of this.#hooks) {
      try {
        hook();
      } catch {
        // The commit stands whatever a hook does; hooks report their own failures.
      }
    }
  }

  /** The part of a postgres.js client that drizzle uses, refused after the end and followed like any statement. */
  #guardedClient(): postgres.Sql {
    const { client } = this.#session;
    const send = <T>(query: PromiseLike<T>) => this.follow(this.#session.send(() => query));
    const guarded = {
      options: client.options,
      unsafe: (text: string, parameters?: never[], options?: postgres.UnsafeQueryOptions) => {
        if (this.#ended) throw new TransactionEnded("the transaction has ended");
        if (this.#session.lost) throw new SessionLost("the session is gone");
        this.begin();
        const query = client.unsafe(text, parameters, options);
        const asRows = { values: () => send(query.values()) };
        return Object.assign(asRows, {
          // biome-ignore lint/suspicious/noThenProperty: drizzle awaits the query or asks for its values, never both
          then: (...settle: Parameters<Promise<unknown>["then"]>) => send(query).then(...settle),
        });
      },
      begin: () => {
        throw new TypeError("a transaction can't be nested");
      },
    };
    return guarded as unknown as postgres.Sql;
  }
}
