import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type Session } from "./session.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await createTestDatabase();
  session = openSession({ url: database.url, role: undefined, connectTimeoutMs: 5_000, prepare: true });
});
afterAll(async () => {
  session.destroy("the test is over");
  await database.close();
});

test.each(["select $1::text as sent", "select $1::int as sent"])(
  "a query that is answered holds nothing of what it was sent: %s",
  async (text) => {
    const query = session.client.unsafe(text, ["a parameter"], { prepare: true });
    await session.send(() => query).catch(() => {});
    expect(query).toMatchObject({ args: undefined, parameters: undefined, signature: undefined });
  },
);
