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

/** How many events may wait for a watcher that is slow to take them. */
const MAX_QUEUED = 1_000;

/** One subscriber: a queue, and the version of each topic up to which everything is in it or was taken from it. */
export class Watcher {
  /** The last version that was queued, by topic key. */
  readonly seen = new Map<string, bigint>();
  /** Topics whose missing versions are being read for it. */
  readonly filling = new Set<string>();
  #queue: ChangeEvent[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: Error | undefined;

  /** Queues the next version of a topic; false when versions before it are missing. */
  take(key: string, topic: TopicName, { version, data }: Change): boolean {
    const seen = this.seen.get(key);
    if (seen === undefined || version <= seen) return true;
    if (version !== seen + 1n) return false;
    this.seen.set(key, version);
    this.#push({ type: "change", topic, version: `${version}`, data });
    return true;
  }

  /** Skips to a version. */
  reset(key: string, topic: TopicName, version: bigint): void {
    this.seen.set(key, version);
    this.#push({ type: "reset", topic, version: `${version}` });
  }

  get isSlow(): boolean {
    return this.#queue.length >= MAX_QUEUED;
  }

  /** Forgets what is queued: whoever does so resets the topics. */
  clear(): void {
    this.#queue = [];
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
      if (this.#queue.length > 0) {
        const events = this.#queue;
        this.#queue = [];
        yield events;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #push(event: ChangeEvent): void {
    this.#queue.push(event);
    this.#wake?.();
  }
}
