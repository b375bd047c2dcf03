import type { Need } from "./feature.ts";
import { needName } from "./lock.ts";

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
    if (this.#rows.size <= this.#mostRows) return;
    for (const oldest of this.#rows.keys()) {
      this.#rows.delete(oldest);
      return;
    }
  }

  find(tenantId: number, need: Need): unknown {
    return this.#rows.get(nameOf(tenantId, need));
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

function nameOf(tenantId: number, need: Need): string {
  return `${tenantId}\0${needName(need)}`;
}
