import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";

/**
 * Why `withTransaction` does not use the driver's own `sql.begin`: what that does when a backend dies, with the driver
 * as it is installed from the registry. When one of these "shows in sql.begin" fails after an update, the driver got
 * better; the other half must hold for ever.
 */
const program = fileURLToPath(new URL("./testing/driver-experiment-process.ts", import.meta.url));

async function faultShows(experiment: string, contender: string, url: string): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", "tsx", program, experiment, contender, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout) output += chunk;
  return (JSON.parse(output) as { fault: boolean }).fault;
}

describe.each([
  "statement escapes its dead transaction",
  "dead transaction rolls the next one back",
  "kill in mid-statement ends the process",
  "black hole keeps a query pending",
  "end never settles after a disconnect",
  "BEGIN that fills the pipeline is not reserved",
])("%s", (experiment) => {
  let databases: TestDatabase[];
  beforeAll(async () => {
    databases = [await createTestDatabase(), await createTestDatabase()];
  });
  afterAll(async () => {
    for (const database of databases) await database.close();
  });

  test("shows in sql.begin", async () => {
    expect(await faultShows(experiment, "sql.begin", databases[0]?.url ?? "")).toBe(true);
  });

  test("does not show in withTransaction", async () => {
    expect(await faultShows(experiment, "withTransaction", databases[1]?.url ?? "")).toBe(false);
  });
});
