import postgres from "postgres";
import { pgArray } from "../statements.ts";

const CHANNEL = "holdfast_changes";
/** Of the 8,000 bytes that a notification may have. */
const MAX_PAYLOAD = 7_000;

/** How long a ring may take, in milliseconds. */
const MAX_RING_MS = 1_000;

/** Tells other replicas that topics have changed, and hears it from them. A ring that gets lost costs time and no event. */
export interface Doorbell {
  /** Rings soon, once for all topics that change until then. */
  ring(topic: string): void;
  /** Hears of topics that changed elsewhere; `undefined` means any may have: the connection was new. */
  listen(onRing: (topics: readonly string[] | undefined) => void): void;
  close(): Promise<void>;
}

export interface DoorbellOptions {
  readonly url: string;
  readonly role: string | undefined;
  /**
   * Between two rings, in milliseconds; what changes meanwhile is gathered. A NOTIFY takes a lock that all committing
   * transactions share.
   */
  readonly everyMs: number;
}

/**
 * Rings by NOTIFY, in transactions of its own and never in one that does business: Postgres lets those that NOTIFY commit
 * one after the other.
 */
export function createDoorbell({ url, role, everyMs }: DoorbellOptions): Doorbell {
  const sender = `${Math.random().toString(36).slice(2)}:`;
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let ringer: postgres.Sql | undefined;
  let listener: postgres.Sql | undefined;
  let closed = false;
  let rungMs = Number.NEGATIVE_INFINITY;

  const connect = (): postgres.Sql =>
    postgres(url, {
      max: 1,
      fetch_types: false,
      prepare: false,
      idle_timeout: 30,
      connect_timeout: 5,
      onnotice: () => {},
      // Which transaction loses a ring at a crash does not matter.
      connection: {
        application_name: "holdfast doorbell",
        synchronous_commit: "off",
        ...(role ? { role } : {}),
      },
    });

  async function flush(): Promise<void> {
    rungMs = performance.now();
    const payloads = payloadsOf(sender, waiting);
    waiting.clear();
    ringer ??= connect();
    const rung = ringer
      .unsafe("select pg_notify($1, payload) from unnest($2::text[]) as rings (payload)", [
        CHANNEL,
        pgArray(payloads),
      ])
      .then(
        () => true,
        // Whoever watches elsewhere finds the changes at their next look.
        () => true,
      );
    // A connection that is a black hole answers never; the next ring takes another.
    if (!(await Promise.race([rung, after(MAX_RING_MS)]))) {
      ringer.end({ timeout: 0 }).catch(() => {});
      ringer = undefined;
    }
    timer = undefined;
    if (waiting.size > 0) later();
  }

  function later(): void {
    if (timer !== undefined || closed) return;
    // The first ring after a silence goes out at once, with whatever else changes in this turn of the event loop.
    timer = setTimeout(() => void flush(), Math.max(0, everyMs - (performance.now() - rungMs)));
    timer.unref();
  }

  return {
    ring(topic) {
      waiting.add(topic);
      later();
    },

    listen(onRing) {
      // The driver listens on a connection apart, and again on a new one whenever that is lost.
      listener ??= connect();
      listener
        .listen(
          CHANNEL,
          (payload) => {
            if (!payload.startsWith(sender)) onRing(payload.slice(payload.indexOf(":") + 1).split(","));
          },
          () => onRing(undefined),
        )
        .catch(() => {
          if (!closed) setTimeout(() => this.listen(onRing), 1_000).unref();
        });
    },

    async close() {
      closed = true;
      clearTimeout(timer);
      if (waiting.size > 0) await flush();
      const ends = [ringer, listener].map((sql) => sql?.end({ timeout: 1 }));
      await Promise.race([Promise.allSettled(ends), after(2 * MAX_RING_MS)]);
    },
  };
}

/** As few notifications as hold all topics. */
export function payloadsOf(sender: string, topics: Iterable<string>): string[] {
  const payloads: string[] = [];
  let payload = "";
  for (const topic of topics) {
    if (payload !== "" && sender.length + payload.length + 1 + topic.length > MAX_PAYLOAD) {
      payloads.push(sender + payload);
      payload = "";
    }
    payload = payload === "" ? topic : `${payload},${topic}`;
  }
  if (payload !== "") payloads.push(sender + payload);
  return payloads;
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
