import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "@holdfast/db/testing";
import { bundle } from "@holdfast/torture/bundle";
import { expect, test } from "vitest";
import { startServerProcess } from "./server-process.ts";

test("a server in one file has its reference, with its looks", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-bundle-"));
  const database = await createTestDatabase();
  const program = join(directory, "holdfast.mjs");
  await bundle({ entry: "apps/fuzz/src/server/main.ts", outfile: program });
  const secret = "a secret that only tests know, 32 characters and more";
  const server = await startServerProcess(program, {
    DATABASE_URL: database.url,
    PORT: "0",
    HOLDFAST_JWT_SECRET: secret,
  });
  try {
    for (const [path, type] of [
      ["/docs", "text/html"],
      ["/docs/page.css", "text/css"],
      ["/docs/page.js", "text/javascript"],
    ]) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("content-type")).toContain(type);
    }
  } finally {
    await server.stop();
    await database.close();
    await rm(directory, { recursive: true, force: true });
  }
});
