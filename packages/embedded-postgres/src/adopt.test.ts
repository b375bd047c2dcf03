import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeProcess } from "./process-check.ts";
import { query, Scratch } from "./testing/scratch.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await Scratch.make();
});
afterEach(() => scratch.dispose());

describe("a server that is already there", () => {
  it.each(["SIGINT", "SIGKILL"] as const)(
    "outlives %s to its launcher's group and is adopted",
    async (signal) => {
      const launcher = scratch.launch();
      const left = await launcher.started();
      await query(left, "create table kept as select 7 as number");
      await launcher.kill(signal);

      const server = await scratch.start();
      expect(server).toMatchObject({ adopted: true, pid: left.pid, port: left.port, url: left.url });
      expect(await query(server, "select number from kept")).toEqual([7]);
      await server.stop();
      expect(await judgeProcess(left.pid, join(left.dataDir, "data"))).not.toBe("server");
      expect((await scratch.start()).adopted).toBe(false);
    },
  );

  it("is shared by launchers of a new directory at the same moment", async () => {
    const launcher = scratch.launch();
    const inProcess = await Promise.all([scratch.start(), scratch.start(), scratch.start()]);
    const servers = [...inProcess, await launcher.started()];
    expect(new Set(servers.map((server) => server.url)).size).toBe(1);
    expect(new Set(servers.map((server) => server.pid)).size).toBe(1);
    expect(servers.filter((server) => !server.adopted)).toHaveLength(1);
    expect(await query(servers[0] ?? inProcess[0], "select 1")).toEqual([1]);
    await launcher.stop();
  });

  it("is waited out when it is stopping", async () => {
    const first = await scratch.start();
    const [second] = await Promise.all([scratch.start(), first.stop()]);
    // Either adopted before it began to stop, or started after it had: never a third thing.
    if (second.adopted) expect(second.pid).toBe(first.pid);
    else expect(await query(second, "select 1")).toEqual([1]);
  });
});
