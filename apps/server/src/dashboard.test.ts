import { readFileSync } from "node:fs";
import type { Db } from "@holdfast/db";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

const docs = new URL("../../../docs/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, docs), "utf8");

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}
const dashboard = JSON.parse(read("grafana/holdfast.json")) as {
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
};
const alerts = read("alerts.yml");
const alertNames = [...alerts.matchAll(/^ {6}- alert: (\w+)$/gm)].map(([, name = ""]) => name);
const alertQueries = [...alerts.matchAll(/^ {8}expr: (.+)$/gm)].map(([, expr = ""]) => expr);

/** What Prometheus itself adds. */
const OF_PROMETHEUS = new Map<string, readonly string[]>([["up", []]]);
const LABELS_OF_PROMETHEUS = ["job", "instance", "le"];

/** Every series that a scrape can have, with the labels that it can have. */
function seriesOfRegistry(): Map<string, readonly string[]> {
  const { registry, attach } = createMetrics();
  attach({ registry: { features: [] } } as unknown as Db, { inside: 0, refused: 0 });
  const series = registry.getMetricsAsArray().flatMap((metric) => {
    const {
      name,
      type,
      labelNames = [],
    } = metric as typeof metric & { type: unknown; labelNames?: string[] };
    const names =
      String(type) === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name];
    return names.map((one) => [one, labelNames] as const);
  });
  return new Map<string, readonly string[]>([...series, ...OF_PROMETHEUS]);
}

const series = seriesOfRegistry();
const queries = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.templating.list.flatMap(({ name, definition }) =>
    definition ? [[name, definition] as const] : [],
  ),
  ...alertQueries.map((expr, at) => [alertNames[at] ?? "?", expr] as const),
];

/** The selectors of a query: a name before a brace, a bracket, or nothing that would make it a function. */
function selectorsOf(expr: string): { name: string; labels: string[] }[] {
  const bare = expr.replace(/\bby \([^)]*\)/g, "").replace(/"[^"]*"/g, '""');
  return [...bare.matchAll(/\b([a-z_][a-z0-9_]*)\b(?!\s*\()(?:\{([^}]*)\})?/g)]
    .filter(([whole, name = ""]) => whole.includes("{") || name.includes("_") || name === "up")
    .filter(([, name = ""]) => !name.startsWith("__") && name !== "rate_interval")
    .map(([, name = "", labels = ""]) => ({
      name,
      labels: [...labels.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
    }));
}

test.each(queries)("%s asks for what there is: %s", (_title, expr) => {
  const selectors = selectorsOf(expr);
  expect(selectors.length).toBeGreaterThan(0);
  const known = new Set<string>(LABELS_OF_PROMETHEUS);
  for (const { name, labels } of selectors) {
    expect([...series.keys()]).toContain(name);
    for (const label of series.get(name) ?? []) known.add(label);
    for (const label of labels) expect([...known]).toContain(label);
  }
  for (const [, by = ""] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
    for (const label of by.split(",")) expect([...known]).toContain(label.trim());
  }
  for (const [open, close] of ["()", "{}", "[]"]) {
    expect(expr.split(open ?? "").length, expr).toBe(expr.split(close ?? "").length);
  }
});

test("the check itself finds a metric and a label that are not there", () => {
  expect(selectorsOf('sum by (code) (rate(holdfast_nothing{kind="x"}[5m])) > up')).toEqual([
    { name: "holdfast_nothing", labels: ["kind"] },
    { name: "up", labels: [] },
  ]);
});

test("the dashboard's panels have ids of their own, and none lies over another", () => {
  const { panels } = dashboard;
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(41);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`), title).toBe(false);
        taken.add(`${x} ${y}`);
      }
    }
  }
});

test("docs/operations.md explains every alert, and no other", () => {
  const explained = [...read("operations.md").matchAll(/^### (Holdfast\w+)$/gm)].map(([, name = ""]) => name);
  expect(explained).toEqual(alertNames);
  expect(alertQueries).toHaveLength(alertNames.length);
  const runbooks = [...alerts.matchAll(/runbook: docs\/operations\.md#(\w+)/g)].map(([, name]) => name);
  expect(runbooks).toEqual(alertNames.map((name) => name.toLowerCase()));
});
