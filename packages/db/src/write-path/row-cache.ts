import type { Need } from "./feature.ts";
import { needName } from "./lock.ts";

/** Of the latest keys so many are remembered: who sends one again does so soon. */
const MOST_KEYS = 20_000;
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
  readonly #rows = new Map<string, unknown>();
  readonly #keys = new Set<string>();
  readonly #mostRows: number;
  readonly #distrusted = new Map<number, Distrust>();

  /** Beyond `mostRows` the one that was used longest ago makes room. */
  constructor(mostRows: number) {
    this.#mostRows = mostRows;
  }

  /** Undefined forgets it. */
  keep(tenantId: number, need: Need, row: unknown): void {
    const name = nameOf(tenantId, need);
    // Deleted first, so that it is the youngest.
    this.#rows.delete(name);
    if (row === undefined) return;
    this.#rows.set(name, row);
    if (this.#rows.size > this.#mostRows) dropOldest(this.#rows);
  }

  find(tenantId: number, need: Need): unknown {
    return this.#rows.get(nameOf(tenantId, need));
  }

  /** Remembers that an idempotency key is used, or may be. */
  keepKey(tenantId: number, idempotencyKey: string): void {
    this.#keys.add(`${tenantId}\0${idempotencyKey}`);
    if (this.#keys.size > MOST_KEYS) dropOldest(this.#keys);
  }

  /** Whether a call with this key is a replay, as far as is remembered. */
  hasKey(tenantId: number, idempotencyKey: string): boolean {
    return this.#keys.has(`${tenantId}\0${idempotencyKey}`);
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

/** Sets and maps keep the order in which things were added. */
function dropOldest(kept: Set<string> | Map<string, unknown>): void {
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}

function nameOf(tenantId: number, need: Need): string {
  return `${tenantId}\0${needName(need)}`;
}
