/** A bounded map whose entries end by themselves. When full, the oldest entry makes room. */
export interface ExpiringCache<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value, forMs: number): void;
  delete(key: string): void;
}

/** `now` is the clock, in milliseconds. */
export function createExpiringCache<Value>(
  maxEntries: number,
  now: () => number = () => performance.now(),
): ExpiringCache<Value> {
  const entries = new Map<string, { value: Value; until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (now() < entry.until) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, forMs) {
      entries.delete(key);
      if (entries.size >= maxEntries) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      entries.set(key, { value, until: now() + forMs });
    },
    delete(key) {
      entries.delete(key);
    },
  };
}
