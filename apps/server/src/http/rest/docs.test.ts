import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/index.ts";

const run = promisify(execFile);
const page = readFileSync(new URL("../../../../../docs/http.md", import.meta.url), "utf8");
const printedBlocks = [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
const blocks = (language: string) =>
  printedBlocks.filter((block) => block[1] === language).map((block) => block[2] ?? "");
/** The first says where the server of `pnpm start` is; here it is another. */
const [, ...shell] = blocks("sh");
const python = blocks("python");
const [problem = ""] = blocks("json");
const printed = blocks("");

const missing = ["bash", "curl", "python3"].filter(
  (name) => spawnSync(name, ["--version"]).error !== undefined,
);

test("says whether the examples of docs/http.md were run", () => {
  if (missing.length === 0) return;
  process.stderr.write(`\nThe examples of docs/http.md were NOT run: ${missing.join(", ")} is missing.\n\n`);
  expect(process.env["CI"], `CI must have ${missing.join(", ")}`).toBeUndefined();
});

if (missing.length === 0) describe("the examples of docs/http.md, as they are printed", runExamples);

function runExamples() {
  let server: TestServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await startTestServer({ config: { demo: true } });
    const token = await server.token({ tenantId: 1, subject: "ada", role: "user" });
    env = { PATH: process.env["PATH"] ?? "", HOLDFAST_URL: server.url, HOLDFAST_TOKEN: token };
  });
  afterAll(() => server.close());

  test("curl", async () => {
    expect(shell).toHaveLength(6);
    // The last one hears for two seconds, and curl calls that a failure.
    const script = [...shell, "true"].join("\necho ----\n");
    const { stdout, stderr } = await run("bash", ["--norc", "-c", script], { env });
    expect(stderr).toBe("");
    const [wallets = "", kept, twice = "", refused = "", entries = "", events = ""] = stdout.split("----\n");
    expect(JSON.parse(wallets)).toMatchObject([{ ownerId: "ada", balance: "1000000", version: "1" }]);
    expect(kept).toBe("");
    const [first, second] = twice.split("\n\n").map((reply) => reply.split(/\r?\n/));
    expect([first?.length, second?.length]).toEqual([2, 3]);
    expect(first).toEqual(["HTTP/1.1 200 OK", expect.stringContaining('"balance":"999950"')]);
    expect(second).toEqual([
      "HTTP/1.1 200 OK",
      expect.stringMatching(/^idempotent-replayed: true$/i),
      first?.[1]?.replace('"replayed":false', '"replayed":true'),
    ]);
    expect(JSON.parse(refused)).toEqual(JSON.parse(problem));
    expect(JSON.parse(entries)).toMatchObject({ entries: [{ memo: "lunch", amount: "-50" }], next: "2" });
    expect(events).toMatch(
      /^event: connected\n[\s\S]*^data: \[\{"type":"change".*"balance":"999950".*\nid: 2$/m,
    );
  });

  test.each([0, 1])("Python, example %i", async (at) => {
    const { stdout, stderr } = await run("python3", ["-c", python[at] ?? ""], { env });
    expect([stderr, stdout]).toEqual(["", printed[at]]);
  });
}
