import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { runCommand } from "citty";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { tenant } from "./tenant.ts";
import { token } from "./token.ts";

let database: TestDatabase;
let printed: string;

beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
});
beforeEach(() => {
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await database.close();
});

async function run(command: typeof token, ...rawArgs: string[]): Promise<string> {
  printed = "";
  await runCommand(command, { rawArgs });
  return printed;
}

test("a tenant is created, listed, and created once", async () => {
  expect(await run(tenant, "--create", "7", "--name", "seven")).toBe("Tenant 7 is created.\n");
  expect(await run(tenant)).toMatch(
    /^tenant {2}name +created\n1 +one +2\S+Z\n2 +two +2\S+Z\n7 +seven +2\S+Z\n$/,
  );
  expect(JSON.parse(await run(tenant, "--json"))).toMatchObject([{}, {}, { tenantId: 7, name: "seven" }]);
  await expect(run(tenant, "--create", "7", "--name", "other")).rejects.toThrow(
    /^there is a tenant 7 already, and it was left as it is/,
  );
});

test.each<[string[], RegExp]>([
  [["--create", "0", "--name", "x"], /^--create must be a whole number, 1 at least$/],
  [["--create", "8"], /^tenant --create needs --name <name>$/],
  [["--create", "8", "--name", ""], /^--name must have 1 to 255 characters$/],
  [["--name", "x"], /^--name is for a new tenant: give --create <number> as well$/],
  [["--create", "8", "--name", "x", "--json"], /^--json is for the list/],
  [["8"], /^tenant takes no argument "8"; see --help$/],
])("tenant %j is refused in a sentence", async (rawArgs, message) => {
  await expect(runCommand(tenant, { rawArgs })).rejects.toThrow(message);
});

test("an API key is made, listed without its secret, and revoked", async () => {
  const apiKey = (
    await run(token, "--api-key", "--tenant", "1", "--subject", "jobs", "--role", "service")
  ).trim();
  const [, , keyId = "", secret = ""] = /^hf_(1)_([0-9a-f-]{36})_([\w-]{43})$/.exec(apiKey) ?? [];
  const list = await run(token, "--list-keys", "--tenant", "1");
  expect(list).toMatch(/^key +subject +role +created +by +revoked\n/);
  expect(list).toMatch(new RegExp(`${keyId} +jobs +service +2\\S+Z +admin:holdfast token +–\n`));
  expect(list).not.toContain(secret);
  // The id, or the key that has it inside.
  for (const named of [keyId, apiKey]) {
    expect(await run(token, "--revoke-key", named, "--tenant", "1")).toMatch(
      /^The key of jobs \(service\) was revoked at 2\S+Z; servers that know it refuse it within a minute\.\n$/,
    );
  }
  const keys = JSON.parse(await run(token, "--list-keys", "--tenant", "1", "--json")) as object[];
  expect(keys).toMatchObject([{ keyId, revokedAt: expect.stringMatching(/Z$/) }]);
  expect(await run(token, "--list-keys", "--tenant", "2")).toBe("Tenant 2 has no API keys.\n");
});

test("what is not there is told, and what to do", async () => {
  await expect(run(token, "--api-key", "--tenant", "99", "--subject", "x")).rejects.toThrow(
    /^there is no tenant 99: create it with `holdfast tenant --create 99 --name <name>`$/,
  );
  const keyId = "00000000-0000-4000-8000-000000000000";
  await expect(run(token, "--revoke-key", keyId, "--tenant", "1")).rejects.toThrow(
    /^tenant 1 has no API key 0+-0000-4000-8000-0+: `holdfast token --list-keys --tenant 1` tells which it has$/,
  );
});
