/** A bucket is as large as what flows into it in so many seconds. */
const BURST_SECONDS = 10;
/** About 4 MB. When there are more, the one that was used least lately is forgotten, which makes it full. */
const MOST_BUCKETS = 20_000;

interface Bucket {
  left: number;
  atMs: number;
}

/**
 * Who may do how much a second, by name: ten seconds' worth at once, and after that as much as time brings. In this process
 * alone: with several replicas each allows as much.
 */
export class Buckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #byName = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#burst = perSecond * BURST_SECONDS;
  }

  /**
   * Takes so much, or nothing; answers how many seconds are missing until it can be had, 0 when it was. Who asks for more than a
   * bucket holds gets it from a full one, and then waits for longer.
   */
  take(name: string, amount: number, nowMs = performance.now()): number {
    const bucket = this.#bucketOf(name, nowMs);
    const missing = Math.min(amount, this.#burst) - bucket.left;
    if (missing > 0) return missing / this.#perSecond;
    bucket.left -= amount;
    return 0;
  }

  giveBack(name: string, amount: number): void {
    const bucket = this.#byName.get(name);
    if (bucket !== undefined) bucket.left = Math.min(this.#burst, bucket.left + amount);
  }

  get size(): number {
    return this.#byName.size;
  }

  #bucketOf(name: string, nowMs: number): Bucket {
    const found = this.#byName.get(name);
    if (found !== undefined) {
      found.left = Math.min(this.#burst, found.left + ((nowMs - found.atMs) / 1_000) * this.#perSecond);
      found.atMs = nowMs;
      // The map's order is that of the last use.
      this.#byName.delete(name);
      this.#byName.set(name, found);
      return found;
    }
    if (this.#byName.size >= MOST_BUCKETS) {
      const [oldest] = this.#byName.keys();
      if (oldest !== undefined) this.#byName.delete(oldest);
    }
    const made = { left: this.#burst, atMs: nowMs };
    this.#byName.set(name, made);
    return made;
  }
}
