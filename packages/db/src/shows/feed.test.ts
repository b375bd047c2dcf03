import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangeEvent } from "../changes/watcher.ts";
import { connect, type Db } from "../connect.ts";
import type { Principal } from "../principal.ts";
import { newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";
import { getShow } from "./queries.ts";

/** What those who watch a show are told, while two replicas write to it. */

let database: TestDatabase;
let replicas: readonly [Db, Db];

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { url: database.url, sessions: 4, tokenSecret: "of both replicas" };
  replicas = [connect(options), connect(options)];
});
afterAll(async () => {
  for (const db of replicas) await db.close();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);
const customer = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });

interface Told {
  readonly showId: string;
  readonly version: string;
  readonly status: "free" | "held" | "sold";
  readonly seats: readonly string[];
}

/** Follows a show from a version on until it has reached another; a reset would be a gap. */
async function follow(db: Db, showId: string, since: bigint, until: () => Promise<string>): Promise<Told[]> {
  const leave = new AbortController();
  const stream = await db.watch(customer("anybody"), [{ kind: "show", id: showId, since }], leave.signal);
  const last = until();
  const events: ChangeEvent[] = [];
  for await (const some of stream) {
    events.push(...some);
    // By then the writers have long finished, or another event comes.
    if (Number(some.at(-1)?.version) >= MIN_CHANGES && some.at(-1)?.version === (await last)) break;
  }
  leave.abort();
  return events.map((event) => {
    expect(event).toMatchObject({ type: "change", topic: { kind: "show", id: showId } });
    return "data" in event ? (event.data as unknown as Told) : expect.fail("a version was left out");
  });
}
const MIN_CHANGES = 100;
