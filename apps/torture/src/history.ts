import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip, gunzip } from "node:zlib";

/**
 * What the clients saw, a line before each send and after each reply. It says nothing of the faults: the checker must
 * find out from this, and from the final tables, whether anything was lost.
 */
export type HistoryEvent = Sent | Replied | Blind | Watching | Heard | Left;

/** One attempt to make a call. The same key may be sent many times, to any server, at once or late. */
export interface Sent {
  readonly type: "sent";
  /** Unique in the history; the reply bears the same. */
  readonly attempt: number;
  /** Milliseconds of one monotonic clock for the whole history. */
  readonly atMs: number;
  readonly caller: Caller;
  /** Such as "wallets.boost"; queries too. */
  readonly procedure: string;
  /** As it was sent, with its idempotency key. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Which server process it was meant for; of no meaning to the checker but for reading. */
  readonly server: number;
  /** How long the caller said that it would wait. */
  readonly deadlineMs: number;
  /** What was sent in place of the caller's credential, and proves nothing; undefined for one that does. */
  readonly credential?: string | undefined;
  /** Whether nothing can delay a reply on its way: then it has to be there by the deadline. */
  readonly direct: boolean;
}

/** What changes nothing and needs no key. */
export const QUERIES: ReadonlySet<string> = new Set([
  ...["wallets.mine", "wallets.get", "wallets.history", "wallets.balanceAt"],
  ...["shows.list", "shows.get", "seats.check"],
  ...["conversations.list", "conversations.get", "conversations.messages", "conversations.exportJson"],
]);

export interface Caller {
  readonly tenantId: number;
  readonly subject: string;
  readonly role: "user" | "service" | "admin";
}

export interface Replied {
  readonly type: "replied";
  readonly attempt: number;
  readonly atMs: number;
  readonly reply: Reply;
}

/** The clients' own process stood still: a reply that came meanwhile was seen only at the end of it. */
export interface Blind {
  readonly type: "blind";
  readonly fromMs: number;
  readonly toMs: number;
}

/** A watcher takes up a connection; it is one watcher for as long as it goes on with the last id that it was told. */
export interface Watching {
  readonly type: "watching";
  readonly watcher: number;
  readonly atMs: number;
  readonly caller: Caller;
  readonly topics: readonly { readonly kind: string; readonly id: string; readonly since?: string }[];
  /** What it sends to go on; undefined on its first connection. */
  readonly lastEventId?: string | undefined;
  readonly server: number;
}

/** A message of server-sent events, as it came. */
export interface Heard {
  readonly type: "heard";
  readonly watcher: number;
  readonly atMs: number;
  readonly id: string;
  readonly events: readonly HeardEvent[];
}

export interface HeardEvent {
  readonly type: string;
  readonly topic: { readonly kind: string; readonly id: string };
  readonly version: string;
  readonly data?: unknown;
}

/**
 * A connection has ended: hung up by the watcher, lost on its way, or ended by the server with a code of the error table or
 * without a word. "finished": the run is over, and the watcher had a long time to hear of everything.
 */
export interface Left {
  readonly type: "left";
  readonly watcher: number;
  readonly atMs: number;
  readonly reason: "hung-up" | "lost" | "ended" | "finished";
  readonly code?: string | undefined;
}

/** `lost` is no reply at all: refused, reset, or given up by the caller. Then nobody knows what happened. */
export type Reply =
  | { readonly kind: "success"; readonly data: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "error";
      readonly httpStatus: number;
      readonly code: string;
      readonly details: unknown;
      readonly replayed: boolean;
      /** The whole body, to be searched for what must not be in it. */
      readonly body: string;
    }
  | { readonly kind: "unreadable"; readonly httpStatus: number; readonly body: string }
  | { readonly kind: "lost"; readonly reason: "connection" | "gave-up" };

export interface HistoryWriter {
  write(event: HistoryEvent): void;
  /** Resolves when everything is on disk. */
  close(): Promise<void>;
}

/** Writes a line an event, compressed: a minute of it is some 60 MB. */
export function writeHistory(file: string): HistoryWriter {
  const lines = createGzip({ level: 1 });
  const ended = finished(lines.pipe(createWriteStream(file)));
  return {
    write: (event) => {
      lines.write(`${JSON.stringify(event)}\n`);
    },
    close: () => {
      lines.end();
      return ended;
    },
  };
}

const LOOK_MS = 10;
/** Shorter than that is no matter. */
const BLIND_MS = 30;

/** Writes down when this process stands still; answers how to stop that. */
export function watchBlindness(history: HistoryWriter): () => void {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastMs > BLIND_MS) history.write({ type: "blind", fromMs: lastMs, toMs: nowMs });
    lastMs = nowMs;
  }, LOOK_MS);
  return () => clearInterval(timer);
}

export async function readHistory(file: string): Promise<HistoryEvent[]> {
  const text = (await promisify(gunzip)(await readFile(file))).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HistoryEvent);
}
