/** What one caller does once: everything between the two looks at the clock. False when it is not to be counted. */
export type Operate = (caller: number) => Promise<unknown>;

/** What a round of load came to. */
export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  /** In milliseconds, ascending. */
  readonly latenciesMs: Float64Array;
}

/** Warms up, then counts for `seconds`: `callers` callers, each with one operation under way at a time. */
export async function runLoad(options: {
  readonly callers: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly operate: Operate;
  /** Ends before its time after so many operations. */
  readonly mostOperations?: number | undefined;
  /** Runs when counting begins, and again when it ends. */
  readonly onMeasure?: () => Promise<void>;
}): Promise<LoadResult> {
  const { callers, seconds, warmUpSeconds, operate, onMeasure = async () => {} } = options;
  let left = options.mostOperations ?? Number.POSITIVE_INFINITY;
  let counting = false;
  let stopped = false;
  const latencies = Array.from({ length: callers }, () => new Latencies());
  const running = latencies.map(async (own, caller) => {
    while (!stopped && left-- > 0) {
      const startedMs = performance.now();
      const counts = await operate(caller);
      if (counting && counts !== false) own.add(performance.now() - startedMs);
    }
  });
  const failed = Promise.all(running);
  failed.catch(() => {
    stopped = true;
  });
  const pause = (s: number) =>
    Promise.race([new Promise<void>((resolve) => setTimeout(resolve, s * 1_000)), failed.then(() => {})]);

  await pause(warmUpSeconds);
  await onMeasure();
  const startedMs = performance.now();
  counting = true;
  await pause(seconds);
  counting = false;
  const endedMs = performance.now();
  await onMeasure();
  stopped = true;
  await failed;
  const all = merge(latencies);
  return { operations: all.length, seconds: (endedMs - startedMs) / 1_000, latenciesMs: all };
}

/** A growing column of numbers; an array of boxed ones would be collected while the clock runs. */
export class Latencies {
  #values = new Float64Array(1_024);
  #size = 0;

  add(value: number): void {
    if (this.#size === this.#values.length) {
      const larger = new Float64Array(this.#size * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#size++] = value;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#size);
  }
}

export function merge(parts: readonly Latencies[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const { values } of parts) {
    all.set(values, at);
    at += values.length;
  }
  return all.sort();
}

/** The value below which the share `of` lies of an ascending column; 0 for an empty one. */
export function percentile(ascending: Float64Array, of: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * of))] ?? 0;
}
