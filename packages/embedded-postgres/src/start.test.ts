import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeProcess } from "./process-check.ts";
import { query, Scratch } from "./testing/scratch.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await Scratch.make();
});
afterEach(() => scratch.dispose());

describe("startEmbeddedPostgres", () => {
  it("keeps data, password and privacy from start to start", async () => {
    const said: string[] = [];
    const first = await scratch.start({ durable: true, onProgress: (message) => said.push(message) });
    expect(first.adopted).toBe(false);
    expect(said).toEqual([
      expect.stringMatching(/^Creating/),
      expect.stringMatching(/^Starting Postgres on port/),
    ]);
    await query(first, "create table kept as select 'still here' as word");
    await first.stop();
    expect(await judgeProcess(first.pid, join(first.dataDir, "data"))).not.toBe("server");

    const second = await scratch.start({ durable: true });
    expect(second.adopted).toBe(false);
    expect(await query(second, "select word from kept")).toEqual(["still here"]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect((await stat(join(second.dataDir, "password"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(second.dataDir, "server.log"))).mode & 0o777).toBe(0o600);
    expect((await readdir(second.dataDir)).sort()).toEqual(["data", "password", "server.log"]);
  });

  it("serves loopback only, with UTF-8, the built-in locale and scram", async () => {
    const server = await scratch.start({ settings: { work_mem: "8MB", listen_addresses: "*" } });
    const show = async (name: string) => (await query(server, `show ${name}`))[0];
    expect(await show("listen_addresses")).toBe("127.0.0.1");
    expect(await show("unix_socket_directories")).toBe("");
    expect(await show("server_encoding")).toBe("UTF8");
    expect(await show("fsync")).toBe("off");
    expect(await show("work_mem")).toBe("8MB");
    expect(await query(server, "select datlocprovider::text || datlocale from pg_database")).toEqual(
      Array(3).fill("bC.UTF-8"),
    );
    expect(await query(server, "select distinct auth_method from pg_hba_file_rules")).toEqual([
      "scram-sha-256",
    ]);
    const wrong = new URL(server.url);
    wrong.password = "wrong";
    await expect(query({ url: wrong.href }, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("logs no statement, parameter or value of one that fails", async () => {
    const server = await scratch.start();
    await expect(query(server, "select 'sesame'::int")).rejects.toMatchObject({ code: "22P02" });
    const log = await readFile(join(server.dataDir, "server.log"), "utf8");
    expect(log).toContain("ready to accept connections");
    expect(log).not.toContain("sesame");
  });

  it("stops with sessions open, once, however often it is told", async () => {
    const server = await scratch.start();
    const sql = postgres(server.url, { max: 1 });
    const busy = sql`select pg_sleep(60)`.catch((error: Error) => error);
    await expect
      .poll(() => query(server, "select count(*)::int from pg_stat_activity where wait_event = 'PgSleep'"))
      .toEqual([1]);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await busy).toBeInstanceOf(Error);
    await sql.end({ timeout: 0 }); // without a timeout it waits for ever on the dead connection
    expect(await judgeProcess(server.pid, join(server.dataDir, "data"))).not.toBe("server");
  });
});
