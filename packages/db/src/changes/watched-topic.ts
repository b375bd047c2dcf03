import { SYSTEM_CALLER } from "../principal.ts";
import type { Statements } from "../statements.ts";
import { type TopicName, topicKey } from "../topic-name.ts";
import type { Change, Topic } from "../write-path/topic.ts";
import { batchOf, type Watcher } from "./watcher.ts";

/** Changes of a topic that are kept in memory, for watchers who come back soon. */
const RING = 256;
/** Changes of a topic read at a time. */
export const AT_ONCE = 500;
/** Who is further behind than this is told to read the topic anew. */
const MAX_BEHIND = 5_000n;
const RETRY_MS = 500;
/** Between two looks whether a watcher has taken what it was given. */
const WAIT_MS = 20;

/** One read-only transaction of a tenant, as a caller. */
export type ReadAs = <T>(
  tenantId: number,
  caller: string,
  work: (tx: Statements) => Promise<T>,
) => Promise<T>;

/** A topic that somebody watches: its newest changes, and those who are told of them. */
export class WatchedTopic {
  readonly key: string;
  readonly tenantId: number;
  readonly topic: Topic;
  readonly name: TopicName;
  readonly watchers = new Set<Watcher>();
  /** Up to this version everything has been told. */
  version: bigint;
  /** Its newest changes, the last of them being `version`. */
  readonly #ring: Change[] = [];
  readonly #read: ReadAs;

  constructor(tenantId: number, topic: Topic, name: TopicName, version: bigint, read: ReadAs) {
    this.key = topicKey(tenantId, name);
    this.tenantId = tenantId;
    this.topic = topic;
    this.name = name;
    this.version = version;
    this.#read = read;
  }

  /** Tells the next changes to everybody. */
  advance(changes: readonly Change[], skip: (watcher: Watcher) => void): void {
    const news = changes.filter(({ version }) => version > this.version);
    const batch = batchOf(this.name, news);
    if (batch === undefined) return;
    this.version = news.at(-1)?.version ?? batch.last;
    this.#ring.push(...news);
    this.#ring.splice(0, this.#ring.length - RING);
    for (const watcher of this.watchers) {
      // What is filled in comes from the ring or the database, up to the newest.
      if (watcher.filling.has(this.key)) continue;
      if (watcher.isSlow) skip(watcher);
      else if (!watcher.take(this.key, batch) || batch.last < this.version) void this.fillIn(watcher);
    }
  }

  /** Makes a watcher read the topic anew. */
  reset(watcher: Watcher): void {
    watcher.reset(this.key, this.name, this.version);
  }

  /** Gives a watcher the versions between its own and the topic's, from memory or else from the database. */
  async fillIn(watcher: Watcher): Promise<void> {
    watcher.filling.add(this.key);
    try {
      for (;;) {
        const seen = watcher.seen.get(this.key);
        if (seen === undefined || seen >= this.version || !this.watchers.has(watcher)) break;
        if (this.version - seen > MAX_BEHIND) this.reset(watcher);
        else {
          const batch = batchOf(this.name, await this.#changesAfter(seen));
          if (batch !== undefined) watcher.take(this.key, batch);
        }
        // Versions follow each other without a gap; should they not, nobody waits for what is not there.
        if (watcher.seen.get(this.key) === seen) this.reset(watcher);
        await this.#untilTaken(watcher);
      }
    } catch {
      setTimeout(() => void this.fillIn(watcher), RETRY_MS).unref();
      return;
    }
    watcher.filling.delete(this.key);
  }

  async #changesAfter(seen: bigint): Promise<readonly Change[]> {
    const [oldest] = this.#ring;
    if (oldest !== undefined && oldest.version <= seen + 1n) return this.#ring;
    const wanted = [{ id: this.name.id, since: seen }];
    return this.#read(this.tenantId, SYSTEM_CALLER, (tx) =>
      this.topic.changesSince(tx, this.tenantId, wanted, AT_ONCE),
    );
  }

  /** A watcher has asked for all this at once, so it gets the time to take it; until it is too far behind. */
  async #untilTaken(watcher: Watcher): Promise<void> {
    while (watcher.isSlow && this.watchers.has(watcher)) {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      if (this.version - (watcher.seen.get(this.key) ?? 0n) > MAX_BEHIND) return;
    }
  }
}
