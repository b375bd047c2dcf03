import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const cwd = fileURLToPath(new URL(".", import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: { demo: true } });
});
afterAll(() => server.close());

async function boost(): Promise<bigint> {
  const env = { ...process.env, PORT: new URL(server.url).port };
  const { stdout } = await run(process.execPath, ["--import", "tsx", "first-boost.ts"], { cwd, env });
  const [, left = "nothing"] = /^ada has (\d+) sat left\n$/.exec(stdout) ?? [];
  return BigInt(left);
}

test("tells what ada has left, 50 less each time", async () => {
  const first = await boost();
  expect(await boost()).toBe(first - 50n);
}, 60_000);
