import type { ReplayCacheSeen, ReplayStore } from "../index.ts";

/** A replay store in memory, open to whoever wants to spoil it. */
export interface MapStore extends ReplayStore {
  readonly texts: Map<string, string>;
  /** Every name that was asked for. */
  readonly asked: string[];
}

export function createMapStore(): MapStore {
  const texts = new Map<string, string>();
  const asked: string[] = [];
  return {
    texts,
    asked,
    async find(names) {
      asked.push(...names);
      return names.map((name) => texts.get(name));
    },
    keep(kept) {
      for (const [name, text] of kept) texts.set(name, text);
    },
  };
}

type CacheResult = ReplayCacheSeen["result"];

/** Counts what became of the questions to the cache; `until` repeats some work until one has come to `result`. */
export function createCacheCounts() {
  const counts: Record<CacheResult, number> = { hit: 0, late: 0, miss: 0, invalid: 0, failed: 0 };
  return {
    counts,
    observer: { replayCache: ({ result }: { readonly result: CacheResult }) => void counts[result]++ },
    /**
     * The cache is asked only while the database was heard of lately, so a busy machine may need more than one try; each of
     * them is told the same.
     */
    async until<T>(result: CacheResult, work: () => Promise<T>): Promise<T> {
      const before = counts[result];
      for (;;) {
        const done = await work();
        if (counts[result] > before) return done;
      }
    },
  };
}
