import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newKey } from "../keys.ts";
import { ratios } from "../ratios.ts";
import { printOutcomes } from "../report.ts";
import type { RunOptions } from "../run-scenario.ts";
import { appends, hotAppends } from "./append-scenario.ts";
import { idInHistory, newMessage, type Sent } from "./archive.ts";
import { holdfastArchive } from "./holdfast-archive.ts";
import { counterRow, inArray, jsonbAppend, readModifyWrite } from "./plain-archives.ts";
import { runAppends } from "./run-appends.ts";

// How fast is for `pnpm bench`; here each contender keeps short histories, and one that loses messages is found out.

let directory: string;
let server: EmbeddedPostgres;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  server = await startEmbeddedPostgres({ dataDir: directory });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const run = (scenario: typeof appends, changes: Partial<RunOptions> = {}) =>
  runAppends(scenario, {
    ...{
      url: server.url,
      postmaster: server.pid,
      seconds: 0.2,
      rounds: 1,
      callers: 8,
      contenders: undefined,
    },
    ...{ grownOperations: 1, memoryCalls: 1, buyers: 1, seats: 1, watchers: 1, histories: [20, 200] },
    onProgress: () => {},
    ...changes,
  });

const NAMES = ["holdfast", "counter-row", "jsonb-append", "read-modify-write"];

test("append: every contender keeps every message, whatever was there before", {
  timeout: 120_000,
}, async () => {
  const outcomes = await run(appends, { rounds: 2 });
  const names = [20, 200].flatMap((history) => NAMES.map((name) => `${name}, ${history}`));
  expect(outcomes.map(({ contender, wrong }) => [contender, wrong])).toEqual(names.map((name) => [name, []]));
  for (const { median, costs } of outcomes) {
    expect(median.operationsPerSecond).toBeGreaterThan(0);
    expect(median.walBytes).toBeGreaterThan(0);
    expect(costs?.roundTrips).toBeGreaterThan(0);
  }
  const table = printOutcomes("", outcomes);
  expect(table).toContain("holdfast, 200");
  expect(ratios(outcomes)).toEqual([]);
});

test("append-hot: nor do many on one conversation lose any", { timeout: 120_000 }, async () => {
  const outcomes = await run(hotAppends);
  expect(outcomes.map(({ contender, wrong }) => [contender, wrong])).toEqual(NAMES.map((name) => [name, []]));
  expect(ratios(outcomes).map(({ name }) => name)).toEqual([
    "append-hot: holdfast / counter-row",
    "append-hot: holdfast / jsonb-append",
  ]);
});

test("a contender that reads, pushes and writes without a lock has no result", {
  timeout: 60_000,
}, async () => {
  const lost = inArray("read-modify-write", "wrong on purpose", async (tx, conversation, message) => {
    const table = sql`chats.chats`;
    const [row] = await tx.execute<{ history: Sent[] }>(
      sql`select history from ${table} where id = ${conversation}`,
    );
    // So that somebody else reads before this one writes, however few the callers are.
    await tx.execute(sql`select pg_sleep(0.002)`);
    const history = JSON.stringify([...(row?.history ?? []), message]);
    await tx.execute(sql`update ${table} set history = ${history}::text::jsonb where id = ${conversation}`);
    return undefined;
  });
  const outcomes = await run({ ...hotAppends, contenders: [holdfastArchive, lost] });
  expect(outcomes.map(({ wrong }) => wrong.length > 0)).toEqual([false, true]);
  expect(outcomes[1]?.wrong.join()).toMatch(/messages are lost/);
  expect(printOutcomes("", outcomes)).toContain("read-modify-write: no result");
});

test.each([holdfastArchive, counterRow, jsonbAppend, readModifyWrite])(
  "$name: the same key appends once, after the history",
  async (contender) => {
    const archive = await contender.setUp(server.url);
    const [one = "", other = ""] = await archive.fill(2, 3);
    const [message, key] = [newMessage("new"), newKey()];
    await archive.append(one, message, key);
    await archive.append(one, message, key);
    const history = [1, 2, 3].map(idInHistory);
    expect(await archive.idsOf(one)).toEqual([...history, "new"]);
    expect(await archive.idsOf(other)).toEqual(history);
    expect(await archive.findings()).toEqual([]);
    await archive.close();
  },
);
