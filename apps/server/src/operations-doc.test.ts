import { readFileSync } from "node:fs";
import type { Principal } from "@holdfast/db";
import { withBlocker } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataOf, startTestServer, type TestServer } from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const doc = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");

/** The statement of the page that begins so. */
function statementOf(page: string, beginning: string): string {
  const at = page.indexOf(beginning);
  const end = /[;`]/.exec(page.slice(at))?.index ?? 0;
  if (at === -1 || end === 0)
    throw new Error(`docs/operations.md has no statement that begins with ${beginning}`);
  return page.slice(at, at + end);
}

let server: TestServer;
let sql: postgres.Sql;
beforeAll(async () => {
  server = await startTestServer({ config: { sessions: 3 } });
  sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.close();
});

test("the query for who holds rows names the session that Holdfast waits for", async () => {
  const walletId = await server.wallet("ada", "10");
  await withBlocker(server.databaseUrl, async (blocker) => {
    await blocker.run("select from holdfast.wallets where id = $1 for update", [walletId]);
    const [blocking] = await blocker.run("select pg_backend_pid() as pid");
    const caller = await server.as(ada);
    const debit = caller.mutate("debit", { idempotencyKey: "held-up", walletId, amount: "1" });
    // It waits in turns, so a look may fall between two.
    const holders = () => sql.unsafe(statementOf(doc, "select pid, now() - xact_start"));
    await expect
      .poll(holders)
      .toMatchObject([
        { pid: blocking?.["pid"], state: "idle in transaction", last: "select pg_backend_pid() as pid" },
      ]);
    await blocker.release();
    dataOf(await debit);
  });
});

test("a replica opens no more connections than the page says, and under names that it says", async () => {
  const wallets = await Promise.all(Array.from({ length: 20 }, () => server.wallet("ada", "10")));
  const caller = await server.as(ada);
  await Promise.all(wallets.map((walletId) => caller.query("get", { walletId })));
  const abort = new AbortController();
  const watching = await server.db.watch(ada, [{ kind: "wallet", id: wallets[0] ?? "" }], abort.signal);
  const statement = statementOf(doc, "select usename, application_name, count(*)");
  const [database] = await sql`select current_database() as name`;
  const here = statement.replace("group by", `where datname = '${String(database?.["name"])}' group by`);
  const counts = new Map(
    (await sql.unsafe(here)).map((row) => [row["application_name"], Number(row["count"])]),
  );
  abort.abort();
  expect(watching).toBeDefined();
  expect(counts.get("holdfast")).toBe(3);
  expect(counts.get("holdfast doorbell")).toBeLessThanOrEqual(2);
  for (const name of counts.keys()) if (name.startsWith("holdfast")) expect(doc).toContain(`\`${name}\``);
});
