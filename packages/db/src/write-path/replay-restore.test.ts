import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { expect, test } from "vitest";
import { connect } from "../connect.ts";
import { migrate } from "../migrate.ts";
import { createTenant } from "../tenants.ts";
import { ada, newKey, openWallet, settle } from "../testing/factories.ts";
import { createCacheCounts, createMapStore } from "../testing/map-store.ts";

/** With its owner, who is the only one that Postgres accepts. */
const copy = (from: string, to: string) => execFileSync("cp", ["-a", from, to]);

test("after a restore the cache tells nothing that the database has lost", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-restore-"));
  const start = (port?: number) =>
    startEmbeddedPostgres({ dataDir: join(directory, "postgres"), durable: false, ...(port && { port }) });
  let server = await start();
  const { dataDir, port, url } = server;
  await migrate({ url });
  await createTenant({ url, tenantId: 1, name: "one" });
  const store = createMapStore();
  const cache = createCacheCounts();
  const options = { url, sessions: 2, tokenSecret: "a secret of this test" };
  const db = connect({ ...options, replayStore: store, observe: cache.observer });
  try {
    const walletId = await openWallet(db, 100n);
    const call = { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 30n } as const;
    /** What was under way when Postgres went finds it again. */
    const untilUp = async () => {
      for (;;) {
        const settled = await settle(db.execute(ada, call));
        if (settled.ok) return settled.answer;
        expect(settled.code).toBe("UNAVAILABLE");
      }
    };

    await server.stop();
    copy(dataDir, `${directory}/backup`);
    server = await start(port);
    const lost = await untilUp();
    expect(lost).toMatchObject({ replayed: false, balance: "70" });
    expect(await cache.until("hit", () => db.execute(ada, call))).toEqual({ ...lost, replayed: true });

    await server.stop();
    await rm(dataDir, { recursive: true });
    copy(`${directory}/backup`, dataDir);
    const kept = new Map(store.texts);
    server = await start(port);
    const anew = await untilUp();
    expect(anew).toMatchObject({ replayed: false, balance: "70" });
    expect(anew.operationId).not.toBe(lost.operationId);

    const told = await cache.until("invalid", () => {
      for (const [name, text] of kept) store.texts.set(name, text);
      return db.execute(ada, call);
    });
    expect(told).toEqual({ ...anew, replayed: true });
  } finally {
    await db.close();
    await server.stop();
    for (const path of new Set([directory, dataDir])) await rm(path, { recursive: true, force: true });
  }
}, 60_000);
