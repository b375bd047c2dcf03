import type { TopicName } from "../topic-name.ts";
import type { Change, Json } from "../write-path/topic.ts";

/** What a watcher is told, one version of a topic after the other. */
export type ChangeEvent =
  | {
      readonly type: "change";
      readonly topic: TopicName;
      readonly version: `${bigint}`;
      readonly data: Json;
    }
  /** Versions were left out: read the topic as it is now, and go on from `version`. */
  | { readonly type: "reset"; readonly topic: TopicName; readonly version: `${bigint}` };

/** Changes of one topic that follow each other; watchers share it, so that it is made, and put on the wire, once for all. */
export interface Batch {
  readonly first: bigint;
  readonly last: bigint;
  readonly events: readonly ChangeEvent[];
}

/** The changes that follow each other from the first on; undefined when there are none. */
export function batchOf(topic: TopicName, changes: readonly Change[]): Batch | undefined {
  const [head] = changes;
  if (head === undefined) return undefined;
  const gap = changes.findIndex(({ version }, at) => version !== head.version + BigInt(at));
  const whole = gap < 0 ? changes : changes.slice(0, gap);
  const events = whole.map(
    ({ version, data }): ChangeEvent => ({ type: "change", topic, version: `${version}`, data }),
  );
  return { first: head.version, last: head.version + BigInt(whole.length - 1), events };
}

/** How many events may wait for a watcher that is slow to take them. */
const MAX_QUEUED = 1_000;

/** One subscriber: a queue, and the version of each topic up to which everything is in it or was taken from it. */
export class Watcher {
  /** The last version that was queued, by topic key. */
  readonly seen = new Map<string, bigint>();
  /** Topics whose missing versions are being read for it. */
  readonly filling = new Set<string>();
  #queue: (readonly ChangeEvent[])[] = [];
  #queued = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: Error | undefined;

  /** Queues what of a batch is new; false when versions before it are missing. */
  take(key: string, { first, last, events }: Batch): boolean {
    const seen = this.seen.get(key);
    if (seen === undefined || last <= seen) return true;
    if (first > seen + 1n) return false;
    this.seen.set(key, last);
    this.#push(first === seen + 1n ? events : events.slice(Number(seen + 1n - first)));
    return true;
  }

  /** Skips to a version. */
  reset(key: string, topic: TopicName, version: bigint): void {
    this.seen.set(key, version);
    this.#push([{ type: "reset", topic, version: `${version}` }]);
  }

  get isSlow(): boolean {
    return this.#queued >= MAX_QUEUED;
  }

  /** Forgets what is queued: whoever does so resets the topics. */
  clear(): void {
    this.#queue = [];
    this.#queued = 0;
  }

  /** Ends the events, with a failure for whoever still takes them if there is one. */
  end(failure?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#wake?.();
  }

  /** Events as they come, all that wait at a time, until the end. */
  async *events(): AsyncGenerator<readonly ChangeEvent[], void, undefined> {
    while (!this.#ended) {
      const [first, ...more] = this.#queue;
      if (first !== undefined) {
        this.clear();
        yield more.length === 0 ? first : [first, ...more].flat();
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #push(events: readonly ChangeEvent[]): void {
    this.#queue.push(events);
    this.#queued += events.length;
    this.#wake?.();
  }
}
