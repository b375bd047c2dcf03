import { randomUUID } from "node:crypto";
import { createDoorbell } from "./changes/doorbell.ts";
import { createFeed, type Feed } from "./changes/feed.ts";
import type { ConversationAnswers, ConversationInput, ConversationKind } from "./conversations/commands.ts";
import { HoldfastError } from "./errors.ts";
import { holdfastFeatures } from "./features.ts";
import type { KeyAnswers, KeyInput, KeyKind } from "./keys/commands.ts";
import { type Observer, observeCall } from "./observe.ts";
import { isRefusedRow, isRetryable } from "./postgres-error.ts";
import { callerOf, type Principal, SYSTEM_CALLER } from "./principal.ts";
import { LOGIN_ROLE } from "./roles.ts";
import { createSessions, type Sessions, type SessionsState } from "./sessions.ts";
import type { ShowAnswers, ShowInput, ShowKind } from "./shows/commands.ts";
import type { Row } from "./statements.ts";
import {
  DeadlinePassed,
  OutcomeUnknown,
  refuseInsideTransaction,
  runTransaction,
  type TransactionOptions,
  type Tx,
  traced,
  withTransaction,
} from "./transaction.ts";
import type { WalletAnswers, WalletInput, WalletKind } from "./wallets/commands.ts";
import type { WebhookAnswers, WebhookInput, WebhookKind } from "./webhooks/commands.ts";
import { createCall, type Result } from "./write-path/call.ts";
import { createCoalescer } from "./write-path/coalesce.ts";
import type { Feature } from "./write-path/feature.ts";
import { createRegistry, type Registry } from "./write-path/registry.ts";
import { createReplayCache, type ReplayCache, type ReplayStore } from "./write-path/replay-cache.ts";
import { sweep } from "./write-path/sweep.ts";

export interface ConnectOptions {
  /** The database, as a role that may become `holdfast_login` and `holdfast_app` (the one that migrated it may). */
  readonly url: string;
  /** Sessions for transactions, at most. Default 10. */
  readonly sessions?: number;
  /** Default `holdfastFeatures`; `createFeatures` takes terms for answers. */
  readonly features?: readonly Feature[];
  /**
   * What tokens of reservations, API keys and secrets of webhooks are derived from; seats can't be reserved, keys not made and no
   * webhook signed without one. The same on every replica and for as long as replays shall tell the same; a token or key that
   * was told goes on working after a change, a webhook's secret does not.
   */
  readonly tokenSecret?: string | undefined;
  /** Default deadline of a call in milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
  /** The most calls that may wait; beyond it callers are told OVERLOADED. Default 20,000. */
  readonly maxWaiting?: number;
  /**
   * How many wallets are remembered as the latest batch left them, and up to twice as many, some 400 bytes each: a batch of them
   * that nobody else has changed since takes one round trip instead of two. With 0 every batch takes two. Default 100,000.
   */
  readonly cachedRows?: number;
  /** False behind a PgBouncer older than 1.21 in transaction mode. Default true. */
  readonly prepare?: boolean;
  /** Told of every failure that callers see as INTERNAL, `id` is what they see, and of what only Postgres refused. The error may hold values: don't send it on. */
  readonly onError?: (error: unknown, id: string) => void;
  /** Told of every transaction of the write path and of every answer: for metrics. */
  readonly observe?: Observer;
  /**
   * Where recorded outcomes are kept beside the database, for a faster replay while calls wait; Redis for example. What it
   * answers is believed only when it was signed with what is derived from `tokenSecret`, which it therefore needs.
   */
  readonly replayStore?: ReplayStore | undefined;
}

/** The commands that callers send, by kind; a caller's own features take any object with a kind. */
export type HoldfastCommand =
  | { [K in WalletKind]: { kind: K } & WalletInput<K> }[WalletKind]
  | { [K in ShowKind]: { kind: K } & ShowInput<K> }[ShowKind]
  | { [K in ConversationKind]: { kind: K } & ConversationInput<K> }[ConversationKind]
  | { [K in KeyKind]: { kind: K } & KeyInput<K> }[KeyKind]
  | { [K in WebhookKind]: { kind: K } & WebhookInput<K> }[WebhookKind]
  | { kind: `${string}.${string}`; [field: string]: unknown };

export type Answer<K> = (K extends WalletKind
  ? WalletAnswers[K]
  : K extends ShowKind
    ? ShowAnswers[K]
    : K extends ConversationKind
      ? ConversationAnswers[K]
      : K extends KeyKind
        ? KeyAnswers[K]
        : K extends WebhookKind
          ? WebhookAnswers[K]
          : Record<string, unknown>) & { replayed: boolean };

export interface CallOptions {
  /** How long the caller waits for an answer, in milliseconds. */
  readonly deadlineMs?: number;
  /** Told the operation that the answer stands in, before it is given; not when nothing was recorded. */
  readonly onOperation?: ((operationId: string, replayed: boolean) => void) | undefined;
}

export type Read = (
  principal: Principal,
  work: (tx: Tx) => Promise<readonly Row[]>,
  options?: CallOptions,
) => Promise<readonly Row[]>;

/** Holdfast on one database: the write path, and the reads beside it. */
export interface Db {
  /**
   * Executes one command, together with whoever else calls at the moment; answers after COMMIT.
   *
   * @throws HoldfastError with a code from the error table.
   */
  execute<const C extends HoldfastCommand>(
    principal: Principal,
    command: C,
    options?: CallOptions,
  ): Promise<Answer<C["kind"]>>;
  /** Runs the caller's own statements in one transaction of one tenant; `execute(tx, …)` adds commands to it. */
  withTransaction<T>(options: TransactionOptions, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One read-only transaction as the principal: row-level security shows users what is theirs, others their tenant. */
  read: Read;
  /** Every change of some topics, live; see `Feed`. */
  readonly watch: Feed["watch"];
  /** How many watch at the moment. */
  readonly watchers: number;
  /** Ends every subscription; those who watched may go on at another replica. */
  stopWatching(): void;
  /** Resolves when the database answers; rejects with what is wrong. */
  ping(): Promise<void>;
  /**
   * Settles what time alone has made due in all tenants, such as the expiry of holds, so that those who watch hear of it
   * before anybody touches the wallet. Any number of replicas may sweep at any time: each expiry is recorded once.
   *
   * @throws whatever kept it from settling some of it.
   */
  sweep(): Promise<{ settled: number }>;
  /** Calls that wait for their transaction at the moment. */
  readonly waiting: number;
  /** Those of them that wait for a row or a key which somebody else's transaction holds. */
  readonly stuck: number;
  readonly sessions: SessionsState;
  /** Refuses new calls, waits for those under way, ends the sessions. */
  close(): Promise<void>;
  readonly registry: Registry;
}

/** The longest that a transaction may take which waits for no lock. */
const BATCH_TIMEOUT_MS = 3_000;
/** Another server's batch holds its locks for milliseconds; what takes longer is somebody's own transaction. */
const BRIEF_WAIT_MS = 60;
const MAX_BATCH = 512;
/** Node's timers overflow at 2^31 milliseconds; nobody waits for an hour either. */
const MAX_DEADLINE_MS = 3_600_000;
const MAX_BATCH_NEEDS = 4_096;
/** Rings of so long go out as one: see `createDoorbell`. */
const DOORBELL_EVERY_MS = 20;
/** A replica looks for a tenant's changes at most so often, whatever the number of its watchers. */
const LOOK_EVERY_MS = 20;
const POLL_MS = 3_000;
const FEED_READ_MS = 5_000;

export function connect(options: ConnectOptions): Db {
  const { sessions: max = 10, deadlineMs: defaultDeadlineMs = 10_000, onError = () => {} } = options;
  const user = decodeURIComponent(new URL(options.url).username);
  const role = user === LOGIN_ROLE ? undefined : LOGIN_ROLE;
  const replayCache = replayCacheOf(options);
  const sessions = createSessions({
    url: options.url,
    role,
    connectTimeoutMs: 5_000,
    prepare: options.prepare ?? true,
    onLost: replayCache?.forgetEpoch,
    max,
  });
  const registry = createRegistry(options.features ?? holdfastFeatures, options.tokenSecret);
  const feed = createFeed({
    topics: registry.features.flatMap(({ topic }) => topic ?? []),
    doorbell: createDoorbell({ url: options.url, role, everyMs: DOORBELL_EVERY_MS }),
    read: (tenantId, caller, work) => {
      const deadline = Date.now() + FEED_READ_MS;
      return runTransaction(sessions, { tenantId, caller, readOnly: true, deadline }, work);
    },
    everyMs: LOOK_EVERY_MS,
    pollMs: POLL_MS,
  });
  const coalescer = createCoalescer({
    sessions,
    registry,
    maxBatch: MAX_BATCH,
    maxBatchNeeds: MAX_BATCH_NEEDS,
    maxWaiting: options.maxWaiting ?? 20_000,
    cachedRows: options.cachedRows ?? 100_000,
    batchTimeoutMs: BATCH_TIMEOUT_MS,
    briefWaitMs: BRIEF_WAIT_MS,
    maxPatient: Math.max(1, Math.floor(max / 2)),
    onTouched: feed.touch,
    observer: options.observe,
    replayCache,
  });

  return {
    registry,

    async execute<const C extends HoldfastCommand>(principal: Principal, command: C, call: CallOptions = {}) {
      refuseInsideTransaction(sessions, "use execute(tx, principal, commands) there");
      const { kind, ...input } = command;
      const deadline = Date.now() + Math.min(call.deadlineMs ?? defaultDeadlineMs, MAX_DEADLINE_MS);
      const parsed = createCall(registry, principal, kind, input);
      return observeCall(options.observe, kind, async () => {
        const result = await coalescer
          .submit(parsed, deadline)
          .catch((error: unknown) => Promise.reject(asHoldfastError(error, onError)));
        if (result.type === "outcome" && result.operationId !== undefined) {
          call.onOperation?.(result.operationId, result.replayed);
        }
        return answerOf(registry, kind, result) as Answer<C["kind"]>;
      });
    },

    withTransaction: (transaction, work) =>
      withTransaction(sessions, transaction, (tx) => {
        tx.afterCommit(() => feed.touch(tx.tenantId, tx.touched));
        return work(tx);
      }),

    async watch(principal, topics, signal) {
      try {
        return await feed.watch(principal, topics, signal);
      } catch (error) {
        throw asHoldfastError(error, onError);
      }
    },

    async read(principal, work, { deadlineMs = defaultDeadlineMs } = {}) {
      refuseInsideTransaction(sessions, "query through the Tx that you have");
      try {
        const { tenantId } = principal;
        return await runTransaction(
          sessions,
          traced({
            tenantId,
            caller: callerOf(principal),
            readOnly: true,
            deadline: Date.now() + deadlineMs,
          }),
          work,
        );
      } catch (error) {
        // It has no effect, so nothing of it is unknown.
        if (error instanceof OutcomeUnknown) throw new HoldfastError("TIMEOUT", { outcome: "not_started" });
        throw asHoldfastError(error, onError);
      }
    },

    async sweep() {
      refuseInsideTransaction(sessions, "whoever locks a row settles what is due on it");
      return sweep({ sessions, registry, onTouched: feed.touch });
    },

    async ping() {
      await ping(sessions);
    },

    get waiting() {
      return coalescer.waiting;
    },

    get stuck() {
      return coalescer.stuck;
    },

    get sessions() {
      return sessions.state;
    },

    get watchers() {
      return feed.watchers;
    },

    stopWatching: () => feed.stop(),

    async close() {
      await coalescer.close();
      await feed.close();
      await sessions.close();
    },
  };
}

function replayCacheOf({ replayStore, tokenSecret, observe }: ConnectOptions): ReplayCache | undefined {
  if (replayStore === undefined) return undefined;
  if (tokenSecret === undefined) throw new TypeError("a replay store needs connect({ tokenSecret })");
  return createReplayCache(replayStore, tokenSecret, observe);
}

async function ping(sessions: Sessions): Promise<void> {
  const until = { readOnly: true, deadline: Date.now() + 2_000, retries: 0 };
  const options = { tenantId: 0, caller: SYSTEM_CALLER, ...until };
  await runTransaction(sessions, options, (tx) => tx.run("select 1 as one from holdfast.tenants limit 0"));
}

/** @throws HoldfastError for everything but a success. */
function answerOf(registry: Registry, kind: string, result: Exclude<Result, { type: "stuck" }>): object {
  if (result.type === "outcome" && result.outcome.ok) {
    return { ...(registry.tell(kind, result.outcome.data) as object), replayed: result.replayed };
  }
  const refusal = result.type === "outcome" ? (result.outcome as { code: string; details: unknown }) : result;
  const replayed = result.type === "outcome" && result.replayed;
  throw HoldfastError.of(refusal.code, refusal.details, { replayed, row: registry.error(refusal.code) });
}

function asHoldfastError(error: unknown, onError: (error: unknown, id: string) => void): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (error instanceof OutcomeUnknown) return new HoldfastError("TIMEOUT", { outcome: "unknown" });
  if (error instanceof DeadlinePassed) return new HoldfastError("TIMEOUT", { outcome: "not_started" });
  if (isRefusedRow(error)) {
    // A bug of ours, which hurt nobody: told to who runs this, and to the caller as what it should have been.
    onError(error, randomUUID());
    return new HoldfastError("NOT_FOUND", { what: "what the command names" }, { cause: error });
  }
  if (isRetryable(error)) return new HoldfastError("UNAVAILABLE", { retryAfterSeconds: 1 }, { cause: error });
  return HoldfastError.internal(error, onError);
}
