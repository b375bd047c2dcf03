/** Counts of latencies by tenths of a millisecond: millions of them take no room and no sorting. */
export class Histogram {
  readonly #counts = new Uint32Array(600_000);
  #size = 0;
  #max = 0;

  add(ms: number): void {
    const at = Math.min(this.#counts.length - 1, Math.max(0, Math.floor(ms * 10)));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#size++;
    if (ms > this.#max) this.#max = ms;
  }

  get size(): number {
    return this.#size;
  }

  get maxMs(): number {
    return this.#max;
  }

  /** The value below which the share `of` lies, to a tenth of a millisecond; 0 when there is none. */
  percentile(of: number): number {
    let left = Math.floor(this.#size * of);
    for (const [at, count] of this.#counts.entries()) {
      left -= count;
      if (left < 0) return Math.min(this.#max, (at + 1) / 10);
    }
    return this.#max;
  }
}
