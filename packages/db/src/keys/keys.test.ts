import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { explainOperation } from "../operations/explain.ts";
import { ada, newKey, root, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";
import { findApiKeyPrincipal, listKeys } from "./queries.ts";
import { hashSecret } from "./secret.ts";

let database: TestDatabase;
let db: Db;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url, sessions: 4, tokenSecret: "a secret of this test" });
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await sql.end();
  await db.close();
  await database.close();
});

const elsewhere = { ...root, tenantId: 2 };
const create = (idempotencyKey = newKey("create"), subject = "jobs") =>
  ({ kind: "keys.create", idempotencyKey, subject, role: "service" }) as const;
const revoke = (keyId: string, idempotencyKey = newKey("revoke")) =>
  ({ kind: "keys.revoke", idempotencyKey, keyId }) as const;
const jobs = { tenantId: 1, subject: "jobs", role: "service" };

async function newApiKey(by = root): Promise<{ keyId: string; apiKey: string }> {
  const { keyId, apiKey } = await db.execute(by, create());
  return { keyId, apiKey: apiKey ?? "" };
}

test("a key signs its subject in until it is revoked, and a second revocation changes nothing", async () => {
  const { keyId, apiKey } = await newApiKey();
  expect(apiKey).toMatch(new RegExp(`^hf_1_${keyId}_[\\w-]{43}$`));
  expect(await findApiKeyPrincipal(db, apiKey)).toEqual(jobs);
  const ended = await db.execute(root, revoke(keyId));
  expect(await findApiKeyPrincipal(db, apiKey)).toBeUndefined();
  const again = await db.execute(root, revoke(keyId));
  expect(again).toMatchObject({ revokedAt: ended.revokedAt, replayed: false });
});

test("a repeated call is told the same key, of which no table holds more than a hash", async () => {
  const command = create();
  const callers = await Promise.all(Array.from({ length: 20 }, () => db.execute(root, command)));
  const { apiKey, keyId } = callers[0] ?? { apiKey: "", keyId: "" };
  expect(new Set(callers.map((one) => one.apiKey))).toEqual(new Set([apiKey]));
  expect(callers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(Object.keys(callers[0] ?? {})).not.toContain("secretHash");
  const secret = apiKey?.split("_").slice(3).join("_") ?? "";
  expect(secret).toHaveLength(43);
  const everything = await textOfAllTables();
  expect(everything).toContain(hashSecret(secret));
  expect(everything).not.toContain(secret);
  expect(await findApiKeyPrincipal(db, apiKey ?? "")).toEqual(jobs);
  expect((await listKeys(db, root, {})).keys.filter((one) => one.keyId === keyId)).toHaveLength(1);
});

async function textOfAllTables(): Promise<string> {
  const tables = await sql`select relname from pg_class
    where relnamespace = 'holdfast'::regnamespace and relkind = 'r'`;
  const texts: string[] = [];
  for (const { relname } of tables) {
    const rows = await sql.unsafe(
      `select string_agg(row::text, ' ') as text from holdfast.${relname} as row`,
    );
    texts.push(String(rows[0]?.["text"]));
  }
  return texts.join("\n");
}

test("after a change of the secret that keys derive from, a replay tells none, and the key goes on working", async () => {
  const command = create();
  const { apiKey } = await db.execute(root, command);
  const changed = connect({ url: database.url, sessions: 1, tokenSecret: "another secret" });
  expect(await changed.execute(root, command)).toMatchObject({ apiKey: null, replayed: true });
  expect(await findApiKeyPrincipal(changed, apiKey ?? "")).toEqual(jobs);
  await changed.close();
});

test("only admins of its tenant make a key, see it or end it", async () => {
  const { keyId, apiKey } = await newApiKey();
  const forbidden = { ok: false, code: "FORBIDDEN", details: { needs: "admin" } };
  for (const by of [ada, shop]) {
    expect(await settle(db.execute(by, create()))).toMatchObject(forbidden);
    expect(await settle(db.execute(by, revoke(keyId)))).toMatchObject(forbidden);
    expect(await settle(listKeys(db, by, {}))).toMatchObject(forbidden);
  }
  // One of another tenant's is not there.
  const theirs = await settle(db.execute(elsewhere, revoke(keyId)));
  expect(theirs).toMatchObject({ ok: false, code: "NOT_FOUND", details: { what: "keyId" } });
  expect(await settle(db.execute(elsewhere, revoke(randomUUID())))).toEqual(theirs);
  expect((await listKeys(db, elsewhere, {})).keys).toEqual([]);
  expect(await findApiKeyPrincipal(db, apiKey.replace("hf_1_", "hf_2_"))).toBeUndefined();
  expect(await findApiKeyPrincipal(db, apiKey)).toEqual(jobs);
  expect((await newApiKey(elsewhere)).apiKey).toMatch(/^hf_2_/);
});

test("the list tells what there is to know, page by page, and never a secret", async () => {
  const first = await db.execute({ ...root, subject: "pat" }, create(newKey(), "one"));
  const second = await db.execute({ ...root, subject: "pat" }, create(newKey(), "two"));
  const { revokedAt } = await db.execute(root, revoke(first.keyId));
  const newest = await listKeys(db, root, { limit: 1 });
  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/);
  const made = { role: "service", createdBy: "admin:pat", createdAt: instant };
  expect(newest).toEqual({
    keys: [{ keyId: second.keyId, subject: "two", ...made, revokedAt: null }],
    next: second.keyId,
  });
  const older = await listKeys(db, root, { limit: 1, before: newest.next ?? "" });
  expect(older.keys).toEqual([{ keyId: first.keyId, subject: "one", ...made, revokedAt }]);
});

test("explain tells an admin the key that an operation made, as it is now", async () => {
  const command = create();
  const { keyId, apiKey } = await db.execute(root, command);
  await db.execute(root, revoke(keyId));
  const told = await explainOperation(db, root, { idempotencyKey: command.idempotencyKey });
  expect(told).toMatchObject({
    ...{ kind: "keys.create", caller: "admin:root", input: { subject: "jobs", role: "service" } },
    wrote: [{ table: "api_keys", row: { keyId, subject: "jobs", revokedAt: expect.any(String) } }],
  });
  expect(JSON.stringify(told)).not.toContain(apiKey?.slice(-43));
  const toService = await explainOperation(db, shop, { idempotencyKey: command.idempotencyKey });
  expect(toService.wrote).toEqual([]);
});

test("a key from before operations were recorded signs in, is listed and can be revoked", async () => {
  const [keyId, secret] = [randomUUID(), "s".repeat(43)];
  await sql`insert into holdfast.api_keys (tenant_id, id, subject, role, secret_hash)
    values (2, ${keyId}, 'old', 'user', decode(${hashSecret(secret)}, 'hex'))`;
  const apiKey = `hf_2_${keyId}_${secret}`;
  expect(await findApiKeyPrincipal(db, apiKey)).toEqual({ tenantId: 2, subject: "old", role: "user" });
  const { keys } = await listKeys(db, elsewhere, {});
  expect(keys.find((one) => one.keyId === keyId)).toMatchObject({ subject: "old", createdBy: null });
  await db.execute(elsewhere, revoke(keyId));
  expect(await findApiKeyPrincipal(db, apiKey)).toBeUndefined();
});

test.each([
  "",
  "hf_1",
  "hf_1_x_y",
  `hf_1_${randomUUID()}_short`,
  `hf_9999999999_${randomUUID()}_${"a".repeat(43)}`,
  `hf_1_${"-".repeat(36)}_${"a".repeat(43)}`,
  `hf_1_${randomUUID()}_${"a".repeat(43)}`,
])("%j is nobody's", async (apiKey) => {
  expect(await findApiKeyPrincipal(db, apiKey)).toBeUndefined();
});
