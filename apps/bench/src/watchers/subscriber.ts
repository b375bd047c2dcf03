import { machineNowMs } from "./clock.ts";
import { type EventStream, openEventStream } from "./event-stream.ts";
import { endOfMessages, type MessageReader, type Told } from "./messages.ts";

/** Where to watch, and from which version on. */
export interface Subscription {
  readonly port: number;
  readonly token: string;
  readonly showId: string;
  readonly since: number;
}

/** Told of every stretch of versions that a subscriber hears in their order. */
export type Hear = (atMs: number, first: number, last: number) => void;

/** One who watches a show, and checks that every version comes once and in its order. */
export class Subscriber {
  /** Up to this version it has heard of everything, but for what is missing. */
  last: number;
  readonly counts = { heard: 0, repeated: 0, outOfOrder: 0, resets: 0 };
  readonly missing = new Set<number>();
  /** Why its stream ended; undefined while it is open. */
  ended: string | undefined;
  readonly #hear: Hear;
  readonly #reader: MessageReader;
  #stream: EventStream | undefined;
  #pending: Buffer | undefined;
  #connected: (() => void) | undefined;

  constructor(since: number, reader: MessageReader, hear: Hear) {
    this.last = since;
    this.#reader = reader;
    this.#hear = hear;
  }

  /** Resolves when the server has said that it is connected. */
  connect({ port, token, showId, since }: Subscription): Promise<void> {
    const input = JSON.stringify({ topics: [{ kind: "show", id: showId, since: String(since) }] });
    return new Promise((resolve, reject) => {
      this.#connected = resolve;
      const end = (why: string): void => {
        this.ended ??= why;
        reject(new Error(`a subscriber's stream ended: ${why}`));
      };
      const path = `/trpc/changes.watch?input=${encodeURIComponent(input)}`;
      this.#stream = openEventStream({ port, path, token }, (bytes) => this.#take(bytes, end), end);
    });
  }

  /** Everything on its socket, heads and frames included. */
  get bytes(): number {
    return this.#stream?.bytesRead ?? 0;
  }

  close(): void {
    this.ended ??= "left";
    this.#stream?.close();
  }

  #take(bytes: Buffer, end: (why: string) => void): void {
    const all = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    const whole = endOfMessages(all);
    this.#pending = whole === all.length ? undefined : Buffer.from(all.subarray(whole));
    if (whole === 0) return;
    const told = this.#reader.read(all.subarray(0, whole));
    if (told.connected) this.#connected?.();
    if (told.error !== undefined) end(told.error);
    this.take(told, machineNowMs());
  }

  /** What it was told, against what it knows. */
  take({ versions, isRun }: Told, atMs: number): void {
    const [first] = versions;
    if (first === undefined) return;
    if (isRun && first === this.last + 1) {
      this.last += versions.length;
      this.counts.heard += versions.length;
      this.#hear(atMs, first, this.last);
      return;
    }
    for (const version of versions) this.#takeOne(version, atMs);
  }

  #takeOne(told: number, atMs: number): void {
    const isReset = told < 0;
    const version = isReset ? -told - 1 : told;
    if (isReset) this.counts.resets++;
    else if (version > this.last) this.counts.heard++;
    if (version > this.last) {
      for (let left = this.last + 1; left < version + (isReset ? 1 : 0); left++) this.missing.add(left);
      this.last = version;
    } else if (isReset) return;
    else if (this.missing.delete(version)) {
      this.counts.heard++;
      this.counts.outOfOrder++;
    } else {
      this.counts.repeated++;
      return;
    }
    if (!isReset) this.#hear(atMs, version, version);
  }
}
