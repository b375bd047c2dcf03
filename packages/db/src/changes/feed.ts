import { HoldfastError } from "../errors.ts";
import { callerOf, type Principal, SYSTEM_CALLER } from "../principal.ts";
import { type TopicName, topicKey } from "../topic-name.ts";
import type { Topic } from "../write-path/topic.ts";
import type { Doorbell } from "./doorbell.ts";
import { AT_ONCE, type ReadAs, WatchedTopic } from "./watched-topic.ts";
import { type ChangeEvent, Watcher } from "./watcher.ts";

/** A topic to watch, and the last version that the watcher knows. Who knows none is told `reset` first. */
export interface WantedTopic extends TopicName {
  readonly since?: bigint | undefined;
}

export interface Feed {
  /**
   * Every change of the topics, each version once and in its order, those of a moment together, until `signal` aborts: with a
   * HoldfastError for its reason, the events end by throwing that.
   *
   * @throws HoldfastError NOT_FOUND for a topic that is not there or that the principal may not see; UNAVAILABLE when the
   * feed stops: go on elsewhere.
   */
  watch(
    principal: Principal,
    topics: readonly WantedTopic[],
    signal: AbortSignal,
  ): Promise<AsyncGenerator<readonly ChangeEvent[], void, undefined>>;
  /** These topics have changed, and that is committed. */
  touch(tenantId: number, topics: Iterable<TopicName>): void;
  /** How many watch at the moment. */
  readonly watchers: number;
  /** Ends every subscription, now and from now on. */
  stop(): void;
  /** After the last `touch`: rings what is still to be rung. */
  close(): Promise<void>;
}

export interface FeedOptions {
  readonly topics: readonly Topic[];
  readonly doorbell: Doorbell;
  readonly read: ReadAs;
  /** Between two looks at the database for a tenant's changes, in milliseconds at least; more when many watch. */
  readonly everyMs: number;
  /** Look at every watched topic so often even when no doorbell rang, in milliseconds. */
  readonly pollMs: number;
}

const RETRY_MS = 500;
/**
 * Telling a watcher anything costs about as much as telling much at once, so a crowd is told less often: 2,000 watchers every
 * 60 ms.
 */
const MS_A_WATCHER = 0.03;
const MAX_EVERY_MS = 100;
const LEAST_PAUSE_MS = 5;

/** A topic that somebody wants to watch and may, and its version at that moment. */
interface Found {
  readonly wanted: WantedTopic;
  readonly topic: Topic;
  readonly now: bigint;
}

/**
 * The change feed of one replica. Watchers share what is read: one look at the database brings a tenant's changes to
 * all of them, however many they are. A doorbell says that a look is worth it; without one it is taken every few seconds.
 */
export function createFeed(options: FeedOptions): Feed {
  const { doorbell, read } = options;
  const kinds = new Map(options.topics.map((topic) => [topic.kind, topic]));
  const watched = new Map<string, WatchedTopic>();
  /** By tenant: the topics to look at, and whether somebody is looking. */
  const dirty = new Map<number, Set<WatchedTopic>>();
  const looking = new Set<number>();
  const everybody = new Set<Watcher>();
  let poll: NodeJS.Timeout | undefined;
  let closed = false;

  function look(at: WatchedTopic): void {
    const topics = dirty.get(at.tenantId);
    if (topics === undefined) dirty.set(at.tenantId, new Set([at]));
    else topics.add(at);
    if (looking.has(at.tenantId)) return;
    looking.add(at.tenantId);
    void lookAround(at.tenantId);
  }

  const lookAtAll = (): void => {
    for (const topic of watched.values()) look(topic);
  };

  /** Brings a tenant's topics up to date, again and again while they change; not more often than `everyMs`. */
  async function lookAround(tenantId: number): Promise<void> {
    for (let topics = dirty.get(tenantId); topics !== undefined && !closed; topics = dirty.get(tenantId)) {
      dirty.delete(tenantId);
      const live = [...topics].filter((topic) => topic.watchers.size > 0);
      const beganMs = performance.now();
      try {
        if (live.length > 0) await catchUp(tenantId, live);
        const everyMs = Math.max(options.everyMs, Math.min(MAX_EVERY_MS, everybody.size * MS_A_WATCHER));
        // From one look to the next: telling a crowd takes part of that time.
        await pause(Math.max(LEAST_PAUSE_MS, everyMs - (performance.now() - beganMs)));
      } catch {
        // The database is away: every topic is as good as changed until it has been read.
        for (const topic of live) look(topic);
        await pause(RETRY_MS);
      }
    }
    looking.delete(tenantId);
  }

  async function catchUp(tenantId: number, topics: readonly WatchedTopic[]): Promise<void> {
    const byKind = groupBy(topics, ({ topic }) => topic);
    // For whoever watches: each has been seen to be allowed to.
    await read(tenantId, SYSTEM_CALLER, async (tx) => {
      for (const [topic, some] of byKind) {
        const wanted = some.map(({ name, version }) => ({ id: name.id, since: version }));
        const byId = new Map(some.map((one) => [one.name.id, one]));
        const all = await topic.changesSince(tx, tenantId, wanted, AT_ONCE);
        for (const [id, changes] of groupBy(all, ({ id }) => id)) {
          const to = byId.get(id);
          to?.advance(changes, skip);
          if (changes.length === AT_ONCE && to !== undefined) look(to);
        }
      }
    });
  }

  /** Who does not keep up loses what is queued, and reads its topics anew. */
  function skip(watcher: Watcher): void {
    watcher.clear();
    for (const key of watcher.seen.keys()) watched.get(key)?.reset(watcher);
  }

  function attach(
    watcher: Watcher,
    { topic, now, wanted: { kind, id, since } }: Found,
    tenantId: number,
  ): void {
    const name = { kind, id };
    const key = topicKey(tenantId, name);
    let to = watched.get(key);
    if (to === undefined) {
      to = new WatchedTopic(tenantId, topic, name, now, read);
      watched.set(key, to);
    }
    to.watchers.add(watcher);
    // Nobody knows a version that has not come yet: the database was restored from a copy, or it is made up.
    if (since === undefined || since > now) watcher.reset(key, name, now);
    else watcher.seen.set(key, since);
    // What was committed since `now` was read rang for nobody.
    look(to);
    void to.fillIn(watcher);
  }

  function detach(watcher: Watcher): void {
    everybody.delete(watcher);
    watcher.end();
    for (const key of watcher.seen.keys()) {
      const topic = watched.get(key);
      topic?.watchers.delete(watcher);
      if (topic?.watchers.size === 0) watched.delete(key);
    }
    if (everybody.size === 0) {
      clearInterval(poll);
      poll = undefined;
    }
  }

  async function* untilLeft(watcher: Watcher): AsyncGenerator<readonly ChangeEvent[], void, undefined> {
    try {
      yield* watcher.events();
    } finally {
      detach(watcher);
    }
  }

  function stop(): void {
    closed = true;
    clearInterval(poll);
    for (const watcher of everybody) watcher.end(stopped());
    for (const topic of watched.values()) topic.watchers.clear();
    everybody.clear();
    watched.clear();
  }

  let listening = false;
  function startLooking(): void {
    if (!listening) {
      listening = true;
      doorbell.listen((topics) => {
        if (topics === undefined) lookAtAll();
        else {
          for (const key of topics) {
            const topic = watched.get(key);
            if (topic !== undefined) look(topic);
          }
        }
      });
    }
    poll ??= setInterval(lookAtAll, options.pollMs).unref();
  }

  return {
    get watchers() {
      return everybody.size;
    },

    async watch(principal, topics, signal) {
      const { tenantId } = principal;
      const found = await read(tenantId, callerOf(principal), async (tx) => {
        const all: Found[] = [];
        for (const [kind, some] of groupBy(topics, ({ kind }) => kind)) {
          const topic = kinds.get(kind);
          const ids = some.map(({ id }) => id);
          const versions = await topic?.versions(tx, principal, ids);
          for (const wanted of some) {
            const now = versions?.get(wanted.id);
            if (topic === undefined || now === undefined)
              throw new HoldfastError("NOT_FOUND", { what: `${kind} ${wanted.id}` });
            all.push({ wanted, topic, now });
          }
        }
        return all;
      });
      const watcher = new Watcher();
      if (closed) watcher.end(stopped());
      else if (signal.aborted) watcher.end();
      else {
        everybody.add(watcher);
        startLooking();
        for (const one of found) attach(watcher, one, tenantId);
        const leave = (): void => {
          if (signal.reason instanceof HoldfastError) watcher.end(signal.reason);
          detach(watcher);
        };
        signal.addEventListener("abort", leave, { once: true });
      }
      return untilLeft(watcher);
    },

    touch(tenantId, topics) {
      for (const topic of topics) {
        const key = topicKey(tenantId, topic);
        doorbell.ring(key);
        const here = watched.get(key);
        if (here !== undefined) look(here);
      }
    },

    stop,

    async close() {
      stop();
      await doorbell.close();
    },
  };
}

const stopped = (): HoldfastError => new HoldfastError("UNAVAILABLE", { retryAfterSeconds: 1 });

function groupBy<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
