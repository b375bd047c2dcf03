import { type LabEvent, labEvent } from "@holdfast/race-lab/stories";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../testing/event-stream.ts";
import { startTestServer, type TestServer } from "../testing/index.ts";

let server: TestServer;
let bare: TestServer;
let admin: postgres.Sql;

beforeAll(async () => {
  bare = await startTestServer();
  server = await startTestServer({ config: { demo: true } });
  admin = postgres(server.databaseUrl, { max: 1, fetch_types: false });
});
afterAll(async () => {
  await admin.end();
  await server.close();
  await bare.close();
});

/** Long enough to outlast whatever a test does meanwhile. */
const LONG = "story=two-boosts&strategy=naive&calls=5000&latencyMs=200&seconds=20";
/** Loses whoever is quicker: every answer is lost three times, and nothing tells the repetitions. */
const SHORT =
  "story=retry-after-timeout&strategy=conditional-update&calls=4&latencyMs=10&lostAnswersPercent=100";

async function start(query: string, from = server): Promise<AsyncGenerator<LabEvent>> {
  const response = await fetch(`${from.url}/demo/lab/run?${query}`);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  return (async function* () {
    for await (const { data } of readEvents(response)) yield labEvent.parse(JSON.parse(data));
  })();
}

async function all(events: AsyncIterable<LabEvent>): Promise<LabEvent[]> {
  const heard: LabEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

async function refusal(query: string) {
  const response = await fetch(`${server.url}/demo/lab/run?${query}`);
  const { error } = (await response.json()) as { error: { message: string; data: Record<string, unknown> } };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), error };
}

/** Databases of the runs that go on for this test's database; other tests have theirs on the same server. */
const ownDatabases = async (): Promise<string[]> => {
  const rows = await admin<{ name: string }[]>`
    select scratch.datname as name
    from pg_locks join pg_database as home on home.oid = pg_locks.database and home.datname = current_database()
    join pg_database as scratch on scratch.datname = 'holdfast_lab_' || pg_locks.objid
    where pg_locks.locktype = 'advisory'`;
  return rows.map(({ name }) => name);
};
const whichAreThere = (names: string[]) =>
  admin`select datname from pg_database where datname in ${admin(names)}`;

test("the catalogue has every story, with the code of its strategies", async () => {
  const catalogue = (await (await fetch(`${server.url}/demo/lab`)).json()) as {
    limits: object;
    stories: { id: string; strategies: { id: string; code: string; because: string }[] }[];
  };
  expect(catalogue.stories.map(({ id }) => id)).toEqual([
    "two-boosts",
    "credit-twice",
    "retry-after-timeout",
    "chat-overwrite",
    "seat-sold-twice",
  ]);
  expect(catalogue.limits).toMatchObject({ callers: { min: 1, max: 50 } });
  for (const { id, code, because } of catalogue.stories.flatMap(({ strategies }) => strategies)) {
    expect(code, id).toMatch(/Strategy<\w+(, House)?> = async/);
    expect(because.length, id).toBeGreaterThan(20);
  }
});

test("a run is told from its start to its verdict", async () => {
  const events = await all(await start(SHORT));
  expect(events.at(0)).toMatchObject({
    type: "started",
    story: "retry-after-timeout",
    settings: { calls: 4 },
  });
  expect(events.at(-1)).toMatchObject({ type: "verdict", holds: false, asked: 4, lost: 0, doubled: 12 });
  expect(events.some(({ type }) => type === "steps")).toBe(true);
});

test("without demo mode there is no lab", async () => {
  for (const path of ["/demo/lab", `/demo/lab/run?${SHORT}`])
    expect((await fetch(`${bare.url}${path}`)).status).toBe(404);
});

describe("what can't be run is refused, and the refusal says what can", () => {
  test.each([
    ["story=three-boosts&strategy=naive", "story must be one of two-boosts, credit-twice"],
    ["story=two-boosts&strategy=hope", "strategy must be one of naive, conditional-update"],
    ["story=two-boosts&strategy=naive&callers=51", "callers must be a whole number from 1 to 50"],
    ["story=two-boosts&strategy=naive&seconds=21", "seconds must be a whole number from 1 to 20"],
    ["story=two-boosts&strategy=naive&calls=many", "calls must be a whole number from 1 to 5000"],
    ["story=two-boosts&strategy=naive&colour=red", "colour is no setting of the lab"],
  ])("%s", async (query, message) => {
    const { status, error } = await refusal(query);
    expect(status).toBe(400);
    const { issues } = (error.data["details"] ?? {}) as { issues?: { path: string; message: string }[] };
    expect(issues?.map((issue) => `${issue.path} ${issue.message}`).join()).toContain(message);
  });
});

test("one run at a time; leaving one stops it and lets the next one in", async () => {
  const first = await start(LONG);
  await first.next();
  const running = await ownDatabases();
  expect(running).toHaveLength(1);
  expect(await refusal(SHORT)).toMatchObject({
    status: 503,
    retryAfter: expect.stringMatching(/^\d+$/),
    error: { message: expect.stringMatching(/^Another race is under way/) },
  });

  await first.return(undefined);
  // The server hears of the closed connection in its own time; it lets the next one in when it has.
  let next: LabEvent[] = [];
  while (next.length === 0) {
    const response = await fetch(`${server.url}/demo/lab/run?${SHORT}`);
    if (response.status === 503) await response.body?.cancel();
    else
      for await (const { data } of readEvents(response)) next = [...next, labEvent.parse(JSON.parse(data))];
  }
  expect(next.at(-1)).toMatchObject({ type: "verdict", asked: 4 });
  expect(await whichAreThere(running)).toEqual([]);
});

test("a server that ends stops the run, and leaves nothing behind", async () => {
  const other = await startTestServer({ config: { demo: true }, databaseUrl: server.databaseUrl });
  const events = await start(LONG, other);
  await events.next();
  const running = await ownDatabases();
  expect(running).toHaveLength(1);
  const [heard] = await Promise.all([all(events), other.close()]);
  expect(heard.at(-1)).toMatchObject({ type: "failed", code: "UNAVAILABLE" });
  expect(await whichAreThere(running)).toEqual([]);
});
