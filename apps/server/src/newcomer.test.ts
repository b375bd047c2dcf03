import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Spawned, spawnHoldfast } from "./testing/index.ts";

/** What a newcomer types: the commands of README.md and docs/getting-started.md, as they are printed. */

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Each command starts a process of its own or two, and a busy machine takes its time. */
const SLOW_MS = 300_000;

const missing = ["bash", "curl"].filter((name) => spawnSync(name, ["--version"]).error !== undefined);

test("says whether the commands of README.md were run", () => {
  if (missing.length === 0) return;
  process.stderr.write(`\nThe commands of README.md were NOT run: ${missing.join(", ")} is missing.\n\n`);
  expect(process.env["CI"], `CI must have ${missing.join(", ")}`).toBeUndefined();
});

interface Answered {
  readonly balance?: string;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly replayed?: boolean;
}

if (missing.length === 0) describe("a newcomer", { timeout: SLOW_MS }, typeWhatIsPrinted);

function typeWhatIsPrinted() {
  let stateDir: string;
  let started: Spawned;
  let address: URL;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "holdfast-newcomer-"));
    started = spawnHoldfast(["start"], { HOLDFAST_STATE_DIR: stateDir, PORT: "0" });
    address = new URL(await started.ready);
  }, SLOW_MS);
  afterAll(async () => {
    started.child.kill("SIGINT");
    await started.ended;
    await rm(stateDir, { recursive: true, force: true });
  });

  /** The blocks of a page, one after the other in one shell; answers what each printed, as lines. */
  async function type(file: string): Promise<string[][]> {
    const page = await readFile(join(ROOT, file), "utf8");
    const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
    const [start, ...rest] = blocks;
    expect(start).toBe("npx --yes pnpm start\n");
    const script = rest.join("\necho ----\n").replaceAll("localhost:4000", address.host);
    const { PATH = "", HOME = "" } = process.env;
    const env = { PATH, HOME, HOLDFAST_STATE_DIR: stateDir, PORT: address.port };
    const { stdout } = await run("bash", ["--norc", "-euo", "pipefail", "-c", script], { cwd: ROOT, env });
    return stdout.split("----\n").map((printed) => printed.split("\n").filter((line) => line !== ""));
  }

  const balances = (lines: readonly string[] = []) => lines.map((line) => JSON.parse(line) as Answered);

  test("finds in README.md a boost, a race that is won, and the client", async () => {
    const [boost, race = [], client] = await type("README.md");
    expect(boost).toEqual([expect.stringMatching(/"balance":"999950".*"version":"2","replayed":false/)]);
    const answers = balances(race.slice(0, 11));
    expect(answers[0]).toMatchObject({ balance: "999875" });
    expect(answers.filter(({ balance }) => balance === "25")).toHaveLength(1);
    expect(answers.filter(({ code }) => code === "INSUFFICIENT_FUNDS")).toHaveLength(9);
    expect(race.slice(11).join("\n")).toBe("Every invariant holds.");
    expect(client).toEqual(["ada has 999825 sat left"]);
  });

  test("finds in docs/getting-started.md all of that and the story of a key", async () => {
    const [boost, again, other, race, verified = [], story = [], client] =
      await type("docs/getting-started.md");
    expect(balances(boost)).toMatchObject([{ replayed: false }]);
    expect(balances(again)).toEqual([{ ...balances(boost)[0], replayed: true }]);
    expect(balances(other)).toMatchObject([
      { code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["amount"] } },
    ]);
    const [, ...boosts] = balances(race);
    expect(boosts.filter(({ balance }) => balance === "25")).toHaveLength(1);
    const refusals = boosts.filter(({ code }) => code === "INSUFFICIENT_FUNDS");
    expect(refusals).toHaveLength(9);
    expect(refusals.map(({ details }) => details?.["shortfall"])).toEqual(Array(9).fill("25"));
    expect(verified.join("\n")).toBe("Every invariant holds.");
    expect(JSON.parse(story.join(""))).toMatchObject({ kind: "wallets.boost", outcome: { ok: true } });
    expect(client).toEqual([expect.stringMatching(/^ada has \d+ sat left$/)]);
  });
}
