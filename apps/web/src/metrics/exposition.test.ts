import { describe, expect, it } from "vitest";
import {
  boundOf,
  type Histogram,
  histogramOf,
  parseExposition,
  quantile,
  since,
  sumOf,
} from "./exposition.ts";

const text = `# HELP calls_total Calls, with a "quote" {and braces}.
# TYPE calls_total counter
calls_total{kind="wallets.boost",code="OK"} 7
calls_total{kind="wallets.boost",code="TIMEOUT"} 1
calls_total{kind="wallets.debit",code="OK"} 2.5e1

# TYPE took histogram
took_bucket{le="0.1",kind="a"} 1
took_bucket{le="+Inf",kind="a"} 3
took_sum{kind="a"} 4
took_count{kind="a"} 3
took_bucket{le="0.1",kind="b"} 2
took_bucket{le="+Inf",kind="b"} 2
took_sum{kind="b"} 0.1
took_count{kind="b"} 2
odd{text="a \\"b\\", c"} NaN
waiting 0
`;

describe("Prometheus' text", () => {
  const told = parseExposition(text);

  it("gives sums over labels", () => {
    expect(sumOf(told, "calls_total")).toBe(33);
    expect(sumOf(told, "calls_total", ({ code }) => code === "OK")).toBe(32);
    expect(sumOf(told, "waiting")).toBe(0);
    expect(sumOf(told, "not_there")).toBe(0);
    expect(told.get("odd")).toEqual([{ labels: { text: 'a \\"b\\", c' }, value: Number.NaN }]);
  });

  it("gives histograms over labels", () => {
    expect(histogramOf(told, "took")).toEqual({
      sum: 4.1,
      count: 5,
      buckets: [
        { atMost: 0.1, count: 3 },
        { atMost: Number.POSITIVE_INFINITY, count: 5 },
      ],
    });
  });
});

/** From how many values are in each bucket alone. */
function histogram(...each: [atMost: number, values: number][]): Histogram {
  let count = 0;
  const buckets = each.map(([atMost, values]) => {
    count += values;
    return { atMost, count };
  });
  return { sum: 0, count, buckets };
}

describe("a quantile", () => {
  it.each([
    ["lies within its bucket, evenly spread", histogram([1, 50], [2, 50]), 0.75, 1.5],
    ["is the bound where the bucket ends", histogram([1, 50], [2, 50]), 0.5, 1],
    ["starts at 0", histogram([4, 10]), 0.25, 1],
    ["jumps over empty buckets", histogram([1, 1], [2, 0], [4, 3]), 0.5, 2 + 2 / 3],
    ["stays at the last bound that is known", histogram([1, 1], [Number.POSITIVE_INFINITY, 9]), 0.9, 1],
    ["is nothing of nothing", histogram([1, 0]), 0.5, undefined],
  ])("%s", (_name, values, q, expected) => {
    const found = quantile(values, q);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(expected, 9);
  });

  it("as a bound is a whole bucket", () => {
    const sizes = histogram([1, 98], [2, 1], [4, 1], [Number.POSITIVE_INFINITY, 0]);
    expect([boundOf(sizes, 0.98), boundOf(sizes, 0.99), boundOf(sizes, 1)]).toEqual([1, 2, 4]);
    expect(boundOf(histogram([1, 0], [Number.POSITIVE_INFINITY, 2]), 0.5)).toBe(1);
    expect(boundOf(histogram([1, 0]), 0.5)).toBeUndefined();
  });

  it("is taken of what came since, and a label that is new counts from 0", () => {
    const before = parseExposition(
      'x_bucket{le="1",k="a"} 5\nx_bucket{le="+Inf",k="a"} 5\nx_count{k="a"} 5\n',
    );
    const after = parseExposition(
      'x_bucket{le="1",k="a"} 5\nx_bucket{le="+Inf",k="a"} 5\nx_count{k="a"} 5\n' +
        'x_bucket{le="1",k="b"} 0\nx_bucket{le="2",k="b"} 2\nx_bucket{le="+Inf",k="b"} 2\nx_count{k="b"} 2\n',
    );
    const came = since(histogramOf(before, "x"), histogramOf(after, "x"));
    expect(came.count).toBe(2);
    expect(quantile(came, 1)).toBe(2);
  });
});
