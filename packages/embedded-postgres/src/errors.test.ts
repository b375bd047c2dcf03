import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureCluster } from "./cluster.ts";
import { chooseDataHome } from "./data-home.ts";
import { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from "./errors.ts";
import { getPlatformPackage } from "./platform-package.ts";
import { query, Scratch } from "./testing/scratch.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await Scratch.make();
});
afterEach(() => scratch.dispose());

async function expectError(work: Promise<unknown>, code: EmbeddedPostgresErrorCode, message: RegExp) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EmbeddedPostgresError);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain("\n");
}

describe("a start that fails says in one line why", () => {
  it("the port is taken; once it is free, it is used", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const address = squatter.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expectError(
      scratch.start({ port }),
      "port_taken",
      new RegExp(`^Port ${port} on 127.0.0.1 .*already in use`),
    );

    squatter.close();
    await once(squatter, "close");
    const server = await scratch.start({ port });
    expect(server.port).toBe(port);
    expect(await query(server, "select 1")).toEqual([1]);
  });

  it("Postgres refuses a setting", async () => {
    await expectError(scratch.start({ settings: { work_mem: "a lot" } }), "start_failed", /"work_mem"/);
  });

  it("initdb fails; what it began is removed, and the next start works", async () => {
    const home = await chooseDataHome(join(scratch.path, "pg"), scratch.places.data);
    const initdb = join(scratch.path, "full-disk.sh");
    const script =
      '#!/bin/sh\nmkdir -p "$2/base"; echo "creating"; echo "initdb: error: disk full" >&2; exit 1\n';
    await writeFile(initdb, script, { mode: 0o755 });
    const binaries = { initdb, postgres: "", pgCtl: "", version: "18.4.0" };
    const created = ensureCluster(home, binaries, false, () => undefined);
    await expectError(created, "initdb_failed", /^initdb could not create .*: initdb: error: disk full$/);
    expect(await readdir(home.path)).toEqual(["password"]);
    expect(await query(await scratch.start(), "select 1")).toEqual([1]);
  });

  it("there are no binaries for the platform", async () => {
    await expectError(
      getPlatformPackage("sunos", "sparc"),
      "unsupported_platform",
      /binaries for sunos-sparc/,
    );
  });
});
