import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { query, Scratch } from "./testing/scratch.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await Scratch.make();
});
afterEach(() => scratch.dispose());

describe("what a crash leaves", () => {
  it("a killed server's postmaster.pid: starts, and has what was committed", async () => {
    const killed = await scratch.start({ durable: true });
    await query(killed, "create table kept as select 'committed' as word");
    process.kill(killed.pid, "SIGKILL");

    const server = await scratch.start({ durable: true });
    expect(server.adopted).toBe(false);
    expect(server.pid).not.toBe(killed.pid);
    expect(await query(server, "select word from kept")).toEqual(["committed"]);
  });

  it("a postmaster.pid whose process id has passed to another program: starts, and leaves that alone", async () => {
    const stopped = await scratch.start();
    const pidFile = join(stopped.dataDir, "data", "postmaster.pid");
    const lines = await readFile(pidFile, "utf8");
    await stopped.stop();
    // Of the server's own user, or Postgres itself would see that it can't be a server.
    const { uid, gid } = await stat(join(stopped.dataDir, "data"));
    const bystander = spawn("sleep", ["60"], { uid, gid, stdio: "ignore", cwd: "/" });
    try {
      await writeFile(pidFile, lines.replace(/^\d+/, String(bystander.pid)), { mode: 0o600 });
      await chown(pidFile, uid, gid);
      const server = await scratch.start();
      expect(server.adopted).toBe(false);
      expect(await query(server, "select 1")).toEqual([1]);
      await server.stop();
      expect(bystander.exitCode).toBeNull();
    } finally {
      bystander.kill();
      await once(bystander, "exit");
    }
  });

  it("an initdb killed half-way: makes the cluster anew and removes the rest", async () => {
    const home = join(scratch.path, "pg");
    const launcher = scratch.launch();
    const findHalf = async () =>
      (await readdir(home).catch(() => [])).find((name) => name.startsWith("init-"));
    const hasBegun = async () => stat(join(home, (await findHalf()) ?? "none", "data", "PG_VERSION"));
    await expect
      .poll(
        () =>
          hasBegun().then(
            () => true,
            () => false,
          ),
        { interval: 5, timeout: 10_000 },
      )
      .toBe(true);
    await launcher.kill();
    expect(await readdir(home)).not.toContain("data");

    const server = await scratch.start();
    expect(await query(server, "select 1")).toEqual([1]);
    await server.stop();
    // An initdb that lost its launcher may go on for a moment; some later start finds its directory quiet.
    await expect
      .poll(async () => {
        await (await scratch.start()).stop();
        return (await readdir(home)).sort();
      })
      .toEqual(["data", "password", "server.log"]);
  });

  it("a cluster without its password file, or files that are no cluster: says so and touches nothing", async () => {
    const data = join(scratch.path, "pg", "data");
    await mkdir(data, { recursive: true });
    await writeFile(join(data, "diary.txt"), "precious");
    await expect(scratch.start()).rejects.toMatchObject({
      code: "data_unusable",
      message: /no Postgres cluster/,
    });
    await writeFile(join(data, "PG_VERSION"), "18\n");
    await expect(scratch.start()).rejects.toMatchObject({ code: "data_unusable", message: /password file/ });
    await writeFile(join(data, "PG_VERSION"), "9.6\n");
    await expect(scratch.start()).rejects.toMatchObject({
      code: "data_unusable",
      message: /made by Postgres 9.6/,
    });
    expect(await readFile(join(data, "diary.txt"), "utf8")).toBe("precious");
  });
});
