/** One line of Prometheus' text. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `/metrics` told, by name. */
export type Exposition = ReadonlyMap<string, readonly Series[]>;

/** A histogram at one moment: how many values were at most each bound, over all labels together. */
export interface Histogram {
  readonly sum: number;
  readonly count: number;
  /** Ascending; the last is Infinity. */
  readonly buckets: readonly { readonly atMost: number; readonly count: number }[];
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export function parseExposition(text: string): Exposition {
  const found = new Map<string, Series[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const series = { labels: labelsOf(labels), value: numberOf(value) };
    const others = found.get(name);
    if (others) others.push(series);
    else found.set(name, [series]);
  }
  return found;
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, key = "", value = ""]) => [key, value]));
}

function numberOf(text: string): number {
  return /^[+-]?Inf$/.test(text) ? Number(text.replace("Inf", "Infinity")) : Number(text);
}

/** The sum of a metric's series, of those alone that `matches` takes; 0 for a metric that is not there. */
export function sumOf(
  exposition: Exposition,
  name: string,
  matches: (labels: Series["labels"]) => boolean = () => true,
): number {
  const series = exposition.get(name) ?? [];
  return series.reduce((sum, { labels, value }) => (matches(labels) ? sum + value : sum), 0);
}

export function histogramOf(exposition: Exposition, name: string): Histogram {
  const counts = new Map<number, number>();
  for (const { labels, value } of exposition.get(`${name}_bucket`) ?? []) {
    const atMost = numberOf(labels["le"] ?? "");
    counts.set(atMost, (counts.get(atMost) ?? 0) + value);
  }
  return {
    sum: sumOf(exposition, `${name}_sum`),
    count: sumOf(exposition, `${name}_count`),
    buckets: [...counts].sort(([a], [b]) => a - b).map(([atMost, count]) => ({ atMost, count })),
  };
}

/** What came to a histogram between two moments. */
export function since(before: Histogram, after: Histogram): Histogram {
  const earlier = new Map(before.buckets.map(({ atMost, count }) => [atMost, count]));
  return {
    sum: after.sum - before.sum,
    count: after.count - before.count,
    buckets: after.buckets.map(({ atMost, count }) => ({
      atMost,
      count: count - (earlier.get(atMost) ?? 0),
    })),
  };
}

/** The least bound that the share `q` of the values does not exceed; undefined when there are no values. */
export function boundOf({ buckets, count }: Histogram, q: number): number | undefined {
  if (count <= 0) return undefined;
  const finite = buckets.filter(({ atMost }) => Number.isFinite(atMost));
  return (finite.find((bucket) => bucket.count >= q * count) ?? finite.at(-1))?.atMost;
}

/** Where the share `q` of the values lies, evenly spread within its bucket; undefined when there are no values. */
export function quantile({ buckets, count }: Histogram, q: number): number | undefined {
  if (count <= 0) return undefined;
  const rank = q * count;
  let [below, counted] = [0, 0];
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      // Beyond the last bound nothing is known but that it is beyond.
      if (bucket.atMost === Number.POSITIVE_INFINITY) return below;
      return below + (bucket.atMost - below) * ((rank - counted) / (bucket.count - counted));
    }
    below = bucket.atMost;
    counted = bucket.count;
  }
  return below;
}
