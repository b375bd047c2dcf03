import { createServer } from "node:net";
import { connect, migrate, verify } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError } from "../config.ts";
import { CliError, explainFailure } from "./failure.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const UNREACHABLE = "postgres://postgres:very-secret@127.0.0.1:1/holdfast";

async function ping(url: string): Promise<void> {
  const db = connect({ url });
  try {
    await db.ping();
  } finally {
    await db.close();
  }
}

async function explained(url: string, work: (url: string) => Promise<unknown>): Promise<string> {
  const line = await work(url).then(
    () => "it worked",
    (error: unknown) => explainFailure(error, url),
  );
  expect(line).not.toMatch(/\n|very-secret|stack/);
  return line;
}

test.each<[string, (url: string) => Promise<unknown>]>([
  ["migrate", (url) => migrate({ url })],
  ["verify", (url) => verify({ url })],
  ["ping", ping],
])("%s: a database that can't be reached is told in a sentence", async (_name, work) => {
  expect(await explained(UNREACHABLE, work)).toMatch(
    /^the database at 127\.0\.0\.1:1 can't be reached.*: is it running, is DATABASE_URL right\?$/,
  );
});

test("a database that lets nobody in says why", async () => {
  const work = (url: string) => migrate({ url });
  expect(await explained(new URL("/nowhere", database.url).href, work)).toMatch(
    /^the database at 127\.0\.0\.1:\d+ has no such database: create it, or correct DATABASE_URL \(3D000\)$/,
  );
  expect(await explained(database.url.replace(/:[^:@]+@/, ":very-secret@"), work)).toMatch(
    /refuses the password: correct DATABASE_URL \(28P01\)$/,
  );
});

test("a database without the schema is told what to run", async () => {
  const line = await explained(new URL("/postgres", database.url).href, ping);
  expect(line).toMatch(/has no Holdfast schema yet: run `holdfast migrate`/);
});

test("a port that is taken is named", async () => {
  const [first, second] = [createServer(), createServer()];
  await new Promise<void>((resolve) => first.listen(0, "127.0.0.1", resolve));
  const address = first.address();
  const port = typeof address === "object" ? address?.port : 0;
  const error = await new Promise((resolve) => second.once("error", resolve).listen(port, "127.0.0.1"));
  expect(explainFailure(error)).toBe(`port ${port} is taken: set PORT to another one, for example PORT=4001`);
  first.close();
});

test("what is meant for the terminal is told as it is, and the unknown without its message", () => {
  expect(explainFailure(new CliError("do this"))).toBe("do this");
  expect(explainFailure(new ConfigError("PORT must be a number"))).toBe("PORT must be a number");
  expect(explainFailure(new Error("insert into secrets values (42)"))).toMatch(
    /^unexpected failure: \{"class":"Error"/,
  );
  expect(explainFailure(new Error("insert into secrets values (42)"))).not.toContain("secrets");
});
