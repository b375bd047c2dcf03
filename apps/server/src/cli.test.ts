import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, startFaultyProxy, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCaller, dataOf, type Spawned, spawnHoldfast, TEST_SECRET } from "./testing/index.ts";

let database: TestDatabase;
let stateDir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  stateDir = await mkdtemp(join(tmpdir(), "holdfast-cli-"));
});
afterAll(async () => {
  await database.close();
  await rm(stateDir, { recursive: true, force: true });
});

const SERVE = () => ({ DATABASE_URL: database.url, HOLDFAST_JWT_SECRET: TEST_SECRET, PORT: "0" });
const UNREACHABLE = "postgres://postgres:very-secret@127.0.0.1:1/holdfast";

/** Runs a command to its end, in a state directory where nothing has run unless the environment names another. */
async function run(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await spawnHoldfast(args, {
    HOLDFAST_STATE_DIR: join(stateDir, "none"),
    ...env,
  }).ended;
  return { code, stdout, stderr };
}

async function stop(spawned: Spawned) {
  spawned.child.kill("SIGINT");
  return spawned.ended;
}

describe("what goes wrong is told in one line, with a code that is not 0", () => {
  test.each<[string, string[], () => Record<string, string>, RegExp]>([
    [
      "no secret",
      ["serve"],
      () => ({ DATABASE_URL: UNREACHABLE }),
      /^holdfast: serve needs HOLDFAST_JWT_SECRET .* or HOLDFAST_JWKS_URL$/,
    ],
    [
      "a wrong port",
      ["start"],
      () => ({ PORT: "70000" }),
      /^holdfast: PORT must be a whole number from 0 to 65535$/,
    ],
    [
      "no database to verify",
      ["verify"],
      () => ({}),
      /^holdfast: verify needs a database: set DATABASE_URL, or run start/,
    ],
    [
      "serve: database down",
      ["serve"],
      () => ({ ...SERVE(), DATABASE_URL: UNREACHABLE, HOLDFAST_DATABASE_WAIT_SECONDS: "0" }),
      /^holdfast: the database at 127\.0\.0\.1:1 can't be reached/,
    ],
    [
      "start: database down",
      ["start"],
      () => ({ DATABASE_URL: UNREACHABLE, PORT: "0" }),
      /^holdfast: the database at 127\.0\.0\.1:1 can't be reached/,
    ],
    [
      "an unknown command",
      ["strat"],
      () => ({}),
      /^holdfast: there is no command "strat"; there are start, serve/,
    ],
  ])("%s", async (_name, args, env, line) => {
    const { code, stdout, stderr } = await run(args, env());
    expect(stderr.trimEnd()).toMatch(line);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/very-secret|hunter2/);
    expect([code, stdout]).toEqual([2, ""]);
  });

  test("a port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const PORT = String(typeof address === "object" ? address?.port : 0);
    for (const command of ["serve", "start"]) {
      const { code, stderr } = await run([command], { ...SERVE(), PORT });
      expect([code, stderr]).toEqual([
        2,
        `holdfast: port ${PORT} is taken: set PORT to another one, for example PORT=4001\n`,
      ]);
    }
    other.close();
  });
});

test("--help tells the commands, and each command's options", async () => {
  const [all, token] = await Promise.all([run(["--help"]), run(["token", "--help"])]);
  expect(all.code).toBe(0);
  for (const name of ["start", "serve", "migrate", "verify", "token", "demo", "lab"])
    expect(all.stdout).toContain(name);
  expect(token).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/--as[\s\S]*--tenant[\s\S]*--api-key/),
  });
});

describe("start", () => {
  const env = () => ({ HOLDFAST_STATE_DIR: join(stateDir, "start"), PORT: "0" });
  /** What a second terminal has: no settings but, in this test, where the state is. */
  const elsewhere = () => ({ HOLDFAST_STATE_DIR: env().HOLDFAST_STATE_DIR });
  const runtimeFile = () => join(env().HOLDFAST_STATE_DIR, "runtime.json");

  test("serves, lets other terminals find it, keeps its data, and ends in order", async () => {
    const first = spawnHoldfast(["start"], env());
    const url = await first.ready;
    expect((await stat(runtimeFile())).mode & 0o777).toBe(0o600);
    expect((await stat(join(env().HOLDFAST_STATE_DIR, "jwt-secret"))).mode & 0o777).toBe(0o600);

    const people = (await (await fetch(`${url}/demo/people`)).json()) as { name: string; walletId: string }[];
    const wallet = (name: string) => people.find((person) => person.name === name)?.walletId ?? "";
    const [token, verified, verifiedJson, second, demo] = await Promise.all([
      run(["token", "--as", "ada"], elsewhere()),
      run(["verify"], elsewhere()),
      run(["verify", "--json"], elsewhere()),
      run(["start"], env()),
      run(["demo"], elsewhere()),
    ]);
    expect(verified).toMatchObject({ code: 0, stdout: "Every invariant holds.\n" });
    expect(verifiedJson).toMatchObject({ code: 0, stdout: "[]\n" });
    expect(second).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Holdfast already runs: ${url}`),
    });
    expect(demo.stdout).toContain(wallet("eve"));

    const caller = createCaller(url, token.stdout.trim());
    const boost = {
      idempotencyKey: "boost",
      fromWalletId: wallet("ada"),
      toWalletId: wallet("bob"),
      amount: "50",
    } as const;
    expect(dataOf(await caller.mutate("boost", boost))).toMatchObject({ balance: "999950", replayed: false });
    expect(await stop(first)).toMatchObject({ code: 0, stdout: `Holdfast is ready: ${url}\n`, stderr: "" });
    await expect(readFile(runtimeFile())).rejects.toThrow("ENOENT");

    const again = spawnHoldfast(["start"], env());
    const after = createCaller(await again.ready, token.stdout.trim());
    expect(dataOf(await after.mutate("boost", boost))).toMatchObject({ balance: "999950", replayed: true });
    expect(dataOf(await after.query("mine", {}))).toMatchObject([
      { walletId: wallet("ada"), balance: "999950" },
    ]);
    expect(await stop(again)).toMatchObject({ code: 0 });
  }, 60_000);

  test("takes the database that DATABASE_URL names, and an empty one will do", async () => {
    const name = `empty_${process.pid}`;
    const admin = postgres(new URL("/postgres", database.url).href, { max: 1, onnotice: () => {} });
    await admin.unsafe(`create database ${name}`);
    try {
      const DATABASE_URL = new URL(`/${name}`, database.url).href;
      const spawned = spawnHoldfast(["start"], {
        DATABASE_URL,
        HOLDFAST_STATE_DIR: join(stateDir, "given"),
        PORT: "0",
      });
      const people = await (await fetch(`${await spawned.ready}/demo/people`)).json();
      const demo = await run(["demo"], { DATABASE_URL });
      for (const { walletId } of people as { walletId: string }[]) expect(demo.stdout).toContain(walletId);
      expect(await run(["migrate"], { DATABASE_URL })).toMatchObject({ code: 0, stderr: "" });
      expect(await stop(spawned)).toMatchObject({ code: 0, stderr: "" });
    } finally {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    }
  });

  test("a signal while it starts ends it in order, too", async () => {
    const spawned = spawnHoldfast(["start"], { HOLDFAST_STATE_DIR: join(stateDir, "early"), PORT: "0" });
    const postgres = join(stateDir, "early", "postgres");
    await expect
      .poll(
        () =>
          stat(postgres).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect(await stop(spawned)).toMatchObject({ code: 0, stderr: "" });
    const again = spawnHoldfast(["start"], { HOLDFAST_STATE_DIR: join(stateDir, "early"), PORT: "0" });
    expect((await fetch(`${await again.ready}/readyz`)).status).toBe(200);
    expect(await stop(again)).toMatchObject({ code: 0, stderr: "" });
  }, 60_000);
});

describe("token", () => {
  const env = { HOLDFAST_JWT_SECRET: TEST_SECRET };
  const payload = (token: string) =>
    JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

  test("signs for anyone, for as long as is said", async () => {
    const { stdout } = await run(
      ["token", "--tenant", "7", "--subject", "jobs", "--role", "service", "--expires-in", "30m"],
      env,
    );
    const claims = payload(stdout);
    expect(claims).toMatchObject({ tenant: 7, sub: "jobs", role: "service" });
    expect(claims.exp - claims.iat).toBe(1800);
  });

  test("stores an API key", async () => {
    const args = ["token", "--tenant", "1", "--subject", "jobs", "--role", "service", "--api-key"];
    const { code, stdout } = await run(args, { DATABASE_URL: database.url });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^hf_1_[\w-]+\n$/)]);
  });
});

describe("serve, when the database is not there yet", () => {
  const onceTold = expect.stringMatching(/^[^\n]*can't be reached[^\n]* Trying again for 30 s\.[^\n]*\n$/);

  test("waits, says so, and comes up with it", async () => {
    const { port } = new URL(database.url);
    const proxy = await startFaultyProxy(Number(port));
    proxy.blackHole(true);
    const through = new URL(database.url);
    through.port = String(proxy.port);
    const spawned = spawnHoldfast(["serve"], { ...SERVE(), DATABASE_URL: through.href });
    await expect.poll(() => spawned.stderr, { timeout: 20_000 }).toContain("Trying again for 30 s.");
    proxy.blackHole(false);
    expect((await fetch(`${await spawned.ready}/readyz`)).status).toBe(200);
    expect(await stop(spawned)).toMatchObject({ code: 0, stderr: onceTold });
    await proxy.close();
  }, 60_000);

  test("ends at a signal without a word", async () => {
    const spawned = spawnHoldfast(["serve"], { ...SERVE(), DATABASE_URL: UNREACHABLE });
    await expect.poll(() => spawned.stderr, { timeout: 20_000 }).toContain("Trying again for 30 s.");
    expect(await stop(spawned)).toMatchObject({ code: 0, stderr: onceTold });
  }, 60_000);
});

test("a second signal ends the process at once", async () => {
  const spawned = spawnHoldfast(["serve"], SERVE());
  const { hostname, port } = new URL(await spawned.ready);
  // A request whose body never comes keeps the server from closing.
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write(
    "POST /trpc/wallets.open HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  );
  const isUp = () =>
    fetch(`http://${hostname}:${port}/healthz`).then(
      () => true,
      () => false,
    );
  expect(await isUp()).toBe(true);
  spawned.child.kill("SIGTERM");
  await expect.poll(isUp, { timeout: 5_000 }).toBe(false);
  // Signals within a moment count as one, so they go on until one counts as the second.
  const repeat = setInterval(() => spawned.child.kill("SIGTERM"), 100);
  const { code } = await spawned.ended;
  clearInterval(repeat);
  socket.destroy();
  expect(code).toBe(143);
});
