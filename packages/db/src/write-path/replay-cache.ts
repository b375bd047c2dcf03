import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from "node:crypto";
import { type Observer, observeReplayCache, type ReplayCacheSeen } from "../observe.ts";
import { textOf, type WholeStatements } from "../statements.ts";
import type { Call, Result } from "./call.ts";
import type { Outcome } from "./feature.ts";

/**
 * Where a replay cache keeps its texts, Redis for example. It may lose them, mix them up or lie: nothing that it answers is
 * believed unchecked, and nobody's answer waits for it.
 */
export interface ReplayStore {
  /** The texts under these names, in their order. It must settle within milliseconds, by rejecting if need be. */
  find(names: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Keeps the texts for a while, or doesn't; its failures are its own affair. */
  keep(texts: ReadonlyMap<string, string>): void;
}

/** Recorded outcomes by call, in a store that is not trusted. The database remains the only truth. */
export interface ReplayCache {
  /**
   * Asks for the outcome that was recorded for this very call, and hands it to `take`, which says whether it came in time.
   * Where there is none, or none that can be believed, nothing happens: the database is asked anyway.
   */
  find(call: Call, take: (outcome: Outcome) => boolean): void;
  /** The epoch of the database, asked before a transaction whose outcomes shall be kept, on its session. */
  readEpoch(tx: WholeStatements): Promise<string>;
  /** What the database is must be asked anew: a connection to it was lost. */
  readonly forgetEpoch: () => void;
  /** Keeps what was recorded. Only for a transaction whose COMMIT was confirmed, with the epoch that it read. */
  keep(epoch: string, calls: readonly Call[], results: readonly Result[]): void;
}

/**
 * What changes whenever a database may have gone back in time. An outcome outlives the database's memory of it when a backup
 * or a snapshot is restored, or when a standby takes over that had not heard of it. Each of these starts a server anew, makes
 * another database, or gives the table another file; then what was kept before is no longer believed.
 */
const EPOCH = `select concat_ws('/', extract(epoch from pg_postmaster_start_time()),
    (select oid from pg_catalog.pg_database where datname = current_database()),
    pg_relation_filenode('holdfast.operations'::regclass)) as epoch`;

/**
 * How long an epoch is believed after it was read, at most: a lost connection ends it at once, but a pooler may hide that. A
 * replay that comes later asks the database, which tells it anew.
 */
const EPOCH_MS = 1_000;
/** Larger calls and outcomes, batches of hundreds, are left to the database: copying them costs more than it saves. */
const MAX_LENGTH = 16_384;
/** The most names that are asked for at once, and the most that may be unanswered. */
const MAX_NAMES = 256;
const MAX_ASKED = 4_096;
/** A SHA-256 in base64url. */
const TAG_LENGTH = 43;

interface Asked {
  readonly name: string;
  readonly take: (outcome: Outcome) => boolean;
}

/** `secret` may be one that serves other purposes: what is signed with is derived from it for this one. */
export function createReplayCache(
  store: ReplayStore,
  secret: string,
  observer: Observer | undefined,
): ReplayCache {
  const key = createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "holdfast replay cache", 32)));
  const names = new WeakMap<Call, string>();
  let current: { readonly epoch: string; readonly atMs: number } | undefined;
  let asked: Asked[] = [];
  let unanswered = 0;

  const mac = (text: string): string => createHmac("sha256", key).update(text).digest("base64url");

  /** Made of everything that a replay is bound to: another caller's call, or one with another input, has another name. */
  function nameOf(call: Call): string {
    let name = names.get(call);
    if (name === undefined) {
      const parts = [call.kind, call.caller, call.command.idempotencyKey, call.input];
      // With their lengths, so that no two calls give one text.
      name = mac(`name ${call.principal.tenantId} ${parts.map(({ length }) => length)} ${parts.join("")}`);
      names.set(call, name);
    }
    return name;
  }

  const tagOf = (epoch: string, name: string, outcome: string): string =>
    mac(`outcome ${epoch} ${name} ${outcome}`);

  function open(text: string, epoch: string, name: string): Outcome | undefined {
    const tag = Buffer.from(text.slice(0, TAG_LENGTH));
    const outcome = text.slice(TAG_LENGTH);
    const right = Buffer.from(tagOf(epoch, name, outcome));
    if (tag.length !== right.length || !timingSafeEqual(tag, right)) return undefined;
    return JSON.parse(outcome) as Outcome;
  }

  function isFresh(atMs: number): boolean {
    return performance.now() - atMs < EPOCH_MS;
  }

  /** What was asked for during one turn of the event loop goes to the store together. */
  function ask(): void {
    const all = asked;
    asked = [];
    for (let first = 0; first < all.length; first += MAX_NAMES) {
      void answer(all.slice(first, first + MAX_NAMES));
    }
  }

  /** Undefined when the store doesn't answer, however it fails to. */
  async function textsOf(some: readonly Asked[]): Promise<readonly unknown[] | undefined> {
    try {
      return await store.find(some.map(({ name }) => name));
    } catch {
      return undefined;
    }
  }

  async function answer(some: readonly Asked[]): Promise<void> {
    const texts = await textsOf(some);
    unanswered -= some.length;
    for (const [at, one] of some.entries()) {
      observeReplayCache(observer, texts === undefined ? "failed" : judge(texts[at], one));
    }
  }

  function judge(text: unknown, { name, take }: Asked): ReplayCacheSeen["result"] {
    if (typeof text !== "string") return "miss";
    if (current === undefined || !isFresh(current.atMs)) return "late";
    const outcome = open(text, current.epoch, name);
    if (outcome === undefined) return "invalid";
    return take(outcome) ? "hit" : "late";
  }

  return {
    find(call, take) {
      if (current === undefined || !isFresh(current.atMs)) return;
      if (call.input.length > MAX_LENGTH || unanswered >= MAX_ASKED) return;
      unanswered++;
      if (asked.push({ name: nameOf(call), take }) === 1) setImmediate(ask);
    },

    async readEpoch(tx) {
      // The moment before: the epoch is at least as young.
      const atMs = performance.now();
      const [row] = await tx.runBefore(EPOCH);
      if (row === undefined) throw new TypeError("the epoch answered no row");
      const epoch = textOf(row, "epoch");
      current = { epoch, atMs };
      return epoch;
    },

    forgetEpoch() {
      current = undefined;
    },

    keep(epoch, calls, results) {
      const texts = new Map<string, string>();
      for (const [at, call] of calls.entries()) {
        const result = results[at];
        // Only what is recorded stays as it is for ever.
        if (result?.type !== "outcome" || call.input.length > MAX_LENGTH) continue;
        const outcome = JSON.stringify(result.outcome);
        if (outcome.length > MAX_LENGTH) continue;
        const name = nameOf(call);
        texts.set(name, tagOf(epoch, name, outcome) + outcome);
      }
      if (texts.size === 0) return;
      try {
        store.keep(texts);
      } catch {
        // The commit stands, and the database will answer the repeats.
      }
    },
  };
}
