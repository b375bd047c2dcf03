import type { ChangeEvent, WantedTopic } from "@holdfast/db";
import { badRequest } from "../errors.ts";

const UNKNOWN = "-";
const CURSOR = /^(-|0|[1-9]\d{0,18})(\.(-|0|[1-9]\d{0,18}))*$/;

/**
 * The id of a message: the versions that a watcher knows once it has it, one for each of its topics. A browser sends the last
 * one back when it connects again, and it says more than the input that is sent once more with it.
 */
export class Cursor {
  /** The topics, from the versions that the watcher knows. */
  readonly topics: readonly WantedTopic[];
  readonly #known: (bigint | undefined)[];

  /** @throws HoldfastError BAD_REQUEST for an id that is none of ours. */
  constructor(topics: readonly WantedTopic[], lastEventId: string | undefined) {
    this.#known = lastEventId ? parse(lastEventId, topics.length) : topics.map(() => undefined);
    this.topics = topics.map((topic, at) => ({ ...topic, since: this.#known[at] ?? topic.since }));
    this.#known = this.topics.map(({ since }) => since);
  }

  /** The id of a message with these events, which the watcher is about to be told. */
  after(events: readonly ChangeEvent[]): string {
    // Of the versions of a topic only the last one counts; with one topic, that of the last event.
    const last = this.topics.length === 1 ? events.slice(-1) : events;
    for (const { topic, version } of last) {
      const at = this.topics.findIndex(({ kind, id }) => kind === topic.kind && id === topic.id);
      this.#known[at] = BigInt(version);
    }
    return this.#known.map((known) => known ?? UNKNOWN).join(".");
  }
}

function parse(lastEventId: string, topics: number): (bigint | undefined)[] {
  const parts = CURSOR.test(lastEventId) ? lastEventId.split(".") : [];
  if (parts.length !== topics) throw badRequest([{ path: "lastEventId", message: "is not of these topics" }]);
  return parts.map((part) => (part === UNKNOWN ? undefined : BigInt(part)));
}
