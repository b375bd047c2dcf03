import { describe, expect, it } from "vitest";
import type { Reading } from "./reading.ts";
import { append, EVERY_MS, SHOWN_MS, type Timeline, WINDOW_MS } from "./timeline.ts";

const none = { sum: 0, count: 0, buckets: [] };
const empty: Reading = {
  atMs: 0,
  processStart: 1,
  confirmed: 0,
  refused: 0,
  failed: 0,
  callSeconds: none,
  lockSeconds: none,
  batchSize: none,
  reservations: 0,
  conflicts: 0,
  now: { waiting: 0, sessions: 0, watchers: 0, loopLagSeconds: 0, memoryBytes: 0 },
};

function read(...readings: Partial<Reading>[]): Timeline {
  const made = readings.reduce<Timeline | undefined>(
    (so, one) => append(so, { ...empty, ...one }),
    undefined,
  );
  if (!made) throw new Error("nothing read");
  return made;
}
const rates = ({ points }: Timeline) => points.map(({ figures }) => figures?.confirmedPerSecond);

describe("the timeline", () => {
  it("has a rate from the second reading on", () => {
    expect(rates(read({ atMs: 1_000 }, { atMs: 3_000, confirmed: 8 }))).toEqual([undefined, 4]);
  });

  it("tells of ten seconds: what came before is forgotten", () => {
    const counts = [0, 10, 10, 10, 10, 10, 10, 10];
    const line = rates(read(...counts.map((confirmed, at) => ({ atMs: at * EVERY_MS, confirmed }))));
    expect(line.slice(0, 6)).toEqual([undefined, 5, 2.5, 10 / 6, 1.25, 10 / (WINDOW_MS / 1_000)]);
    expect(line.slice(6)).toEqual([0, 0]);
  });

  it.each<[string, Partial<Reading>, Partial<Reading>]>([
    [
      "the server began anew",
      { atMs: 4_000, processStart: 2, confirmed: 1 },
      { atMs: 6_000, processStart: 2, confirmed: 3 },
    ],
    ["nobody looked for a while", { atMs: 60_000, confirmed: 900 }, { atMs: 62_000, confirmed: 902 }],
    ["the clock was set back", { atMs: 500, confirmed: 900 }, { atMs: 2_500, confirmed: 902 }],
  ])("breaks where %s, and goes on from there", (_name, ...later) => {
    const line = rates(read({ atMs: 1_000 }, { atMs: 3_000, confirmed: 8 }, ...later));
    expect(line.slice(-2)).toEqual([undefined, 1]);
  });

  it("keeps five minutes", () => {
    const length = SHOWN_MS / EVERY_MS + 20;
    const { points, readings } = read(...Array.from({ length }, (_, at) => ({ atMs: at * EVERY_MS })));
    expect(points).toHaveLength(SHOWN_MS / EVERY_MS);
    expect(readings).toHaveLength(WINDOW_MS / EVERY_MS + 1);
  });
});
