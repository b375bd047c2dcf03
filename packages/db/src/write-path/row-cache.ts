import type { Need } from "./feature.ts";
import { needName } from "./lock.ts";

/** Of the latest keys so many are remembered, and up to twice as many: who sends one again does so soon. */
const LATEST_KEYS = 10_000;
/** The most batches of a tenant that go without the cache, after others kept changing what was in it. */
const MOST_BATCHES_WITHOUT = 256;

interface Distrust {
  /** Batches that still go without. */
  left: number;
  /** How many that will be after the next disappointment. */
  next: number;
}

/**
 * Rows as the latest batch left them. It is a guess and no more: somebody else may have changed them since, and the batch that
 * left them so may yet fail. Who decides on them has them verified under their locks, in the transaction that writes.
 */
export class RowCache {
  readonly #rows: Latest<unknown>;
  readonly #keys = new Latest<true>(LATEST_KEYS);
  readonly #distrusted = new Map<number, Distrust>();

  constructor(latestRows: number) {
    this.#rows = new Latest(latestRows);
  }

  /** Undefined forgets it. */
  keep(tenantId: number, need: Need, row: unknown): void {
    this.#rows.set(nameOf(tenantId, need), row);
  }

  find(tenantId: number, need: Need): unknown {
    return this.#rows.get(nameOf(tenantId, need));
  }

  /** Remembers that an idempotency key is used, or may be. */
  keepKey(tenantId: number, idempotencyKey: string): void {
    this.#keys.set(`${tenantId}\0${idempotencyKey}`, true);
  }

  /** Whether a call with this key is a replay, as far as is remembered. */
  hasKey(tenantId: number, idempotencyKey: string): boolean {
    return this.#keys.get(`${tenantId}\0${idempotencyKey}`) !== undefined;
  }

  /** Asked once a batch: where servers share their rows, the cache is tried rarely. */
  isTrusted(tenantId: number): boolean {
    const distrust = this.#distrusted.get(tenantId);
    if (distrust === undefined || distrust.left === 0) return true;
    distrust.left--;
    return false;
  }

  verified(tenantId: number): void {
    const distrust = this.#distrusted.get(tenantId);
    if (distrust === undefined) return;
    if (distrust.next > 1) distrust.next = Math.ceil(distrust.next / 2);
    else this.#distrusted.delete(tenantId);
  }

  /** It takes three batches that were right to make up for one that was in vain. */
  disappointed(tenantId: number): void {
    const left = this.#distrusted.get(tenantId)?.next ?? 1;
    this.#distrusted.set(tenantId, { left, next: Math.min(8 * left, MOST_BATCHES_WITHOUT) });
  }
}

/**
 * What was set latest: `count` things, and up to twice as many. In two generations: a Map that drops its oldest entry each time walks past all
 * that it has dropped before.
 */
class Latest<T> {
  readonly #count: number;
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  constructor(count: number) {
    this.#count = count;
  }

  get(name: string): T | undefined {
    return this.#young.get(name) ?? this.#old.get(name);
  }

  set(name: string, value: T | undefined): void {
    if (value === undefined) {
      this.#young.delete(name);
      this.#old.delete(name);
      return;
    }
    if (this.#count === 0) return;
    this.#young.set(name, value);
    if (this.#young.size <= this.#count) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}

function nameOf(tenantId: number, need: Need): string {
  return `${tenantId}\0${needName(need)}`;
}
