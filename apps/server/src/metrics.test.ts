import { readFileSync } from "node:fs";
import type { Db } from "@holdfast/db";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

const call = { kind: "seats.reserve", code: undefined, replayed: false, durationMs: 3 };
const transaction = {
  calls: 3,
  lockMs: 1,
  commitMs: 1,
  totalMs: 3,
  kinds: new Set(["wallets.boost", "seats.reserve"]),
};

async function counted(name: string, tell: (metrics: ReturnType<typeof createMetrics>) => void) {
  const metrics = createMetrics();
  metrics.start();
  tell(metrics);
  const values = (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
  return values.reduce((sum, { value, labels }) => ("le" in labels ? sum : sum + value), 0);
}

test.each([
  ["a seat that was taken", { ...call, code: "SEATS_TAKEN" }, 1],
  ["the same refusal, told again", { ...call, code: "SEATS_TAKEN", replayed: true }, 0],
  ["a reservation", call, 0],
  ["another refusal", { ...call, code: "NOT_FOUND" }, 0],
  ["another kind of command", { ...call, kind: "seats.extend", code: "SEATS_TAKEN" }, 0],
])("conflicts: %s", async (_name, seen, conflicts) => {
  const told = await counted("reservation_conflicts_total", ({ observer }) => observer.outcome?.(seen));
  expect(told).toBe(conflicts);
});

test.each([
  ["rolled back", { ...transaction, result: "rolled-back" }, 1],
  ["committed", { ...transaction, result: "committed" }, 0],
  ["unknown", { ...transaction, result: "unknown" }, 0],
  ["without a reservation", { ...transaction, kinds: new Set(["wallets.boost"]), result: "rolled-back" }, 0],
] as const)("rollbacks: %s", async (_name, seen, rollbacks) => {
  const told = await counted("reservation_rollbacks_total", ({ observer }) => observer.transaction?.(seen));
  expect(told).toBe(rollbacks);
});

test("nothing is counted before the start, and a mere wait is no batch", async () => {
  const metrics = createMetrics();
  const wait = {
    calls: 0,
    kinds: new Set<string>(),
    lockMs: 500,
    commitMs: undefined,
    totalMs: 500,
    result: "rolled-back",
  } as const;
  metrics.observer.transaction?.(wait);
  metrics.observer.outcome?.(call);
  metrics.start();
  metrics.observer.transaction?.(wait);
  const text = await metrics.registry.metrics();
  expect(text).toContain("holdfast_lock_wait_seconds_sum 0.5\n");
  expect(text).toContain("holdfast_batch_size_count 0\n");
  expect(text).not.toContain("holdfast_calls_total{");
});

/** What a scrape shows of each metric, a row each. Values come later, so they are not compared. */
function rowsOfRegistry(): string[] {
  const { registry, attach } = createMetrics();
  attach({ registry: { features: [] } } as unknown as Db, { inside: 0, refused: 0 });
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames = [] } = metric as typeof metric & { labelNames?: string[] };
    const labels = labelNames.map((label) => `\`${label}\``).join(", ") || "–";
    return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
  });
}

test("docs/metrics.md has a row for every metric, and no other", () => {
  const doc = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
  const rows = doc.split("\n").filter((line) => /^\| `[a-z_0-9]+` \|/.test(line));
  // What only Linux tells is not registered elsewhere.
  const here = rows.filter((row) => process.platform === "linux" || !row.endsWith("(Linux) |"));
  const alerts = /^(\|(?: [^|]+ \|){4}) (?:[^|]+) \|$/;
  expect(here.map((row) => alerts.exec(row)?.[1] ?? row).sort()).toEqual(rowsOfRegistry().sort());
});
