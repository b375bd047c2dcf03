import { connect, migrate, createTenant } from "@holdfast/db";
import { createLogger } from "@holdfast/server";
import { createRedisStore, startRedis } from "@holdfast/server/testing";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { openWallets } from "./contenders/holdfast.ts";
import { mkdtemp } from "node:fs/promises";
const seconds = Number(process.argv[2] ?? 3);
const server = await startEmbeddedPostgres({ dataDir: await mkdtemp("/tmp/redis-scratch/pg-") });
const redis = await startRedis();
const url = server.url;
await migrate({ url });
const p = { tenantId: 1, subject: "bench", role: "service" } as const;
const counts: Record<string, number> = {};
const store = createRedisStore({ url: redis.url, seconds: 600, log: createLogger("warn"), observe: { failed: (w) => { counts[w] = (counts[w] ?? 0) + 1; }, breaker: (o) => { counts["breaker" + o] = (counts["breaker" + o] ?? 0) + 1; } } });
store.open();
const observe = { replayCache: ({ result }: { result: string }) => { counts[result] = (counts[result] ?? 0) + 1; } };
const dbs = { off: connect({ url, tokenSecret: "x".repeat(32) }), on: connect({ url, tokenSecret: "x".repeat(32), replayStore: store, observe }) };
const N = 10000;
const ids = await openWallets(dbs.off, [p], { wallets: N, balance: 1_000_000_000 });
const hot = ids.slice(0, 2);
for (const scenario of ["replay", "hot", "lone", "lone-replay"]) for (const round of [1, 2]) for (const name of ["off", "on"] as const) {
  const db = dbs[name]; for (const k of Object.keys(counts)) delete counts[k];
  const answered: any[] = []; const lat: number[] = []; let n = 0; let key = 0;
  const until = performance.now() + seconds * 1000;
  const wallets = scenario.startsWith("replay") ? ids : hot;
  const share = scenario.includes("replay") ? 0.9 : 0;
  const one = async () => { while (performance.now() < until) {
    const t = performance.now();
    const before = answered[Math.floor(Math.random() * answered.length)];
    if (before && Math.random() < share) await db.execute(p, before);
    else { const a = Math.floor(Math.random() * wallets.length); const b = (a + 1) % wallets.length;
      const c = { kind: "wallets.transfer", idempotencyKey: `${scenario}${name}${round}-${key++}`, fromWalletId: wallets[a]!, toWalletId: wallets[b]!, amount: "1" } as const;
      await db.execute(p, c); if (answered.length < 100000) answered.push(c); }
    lat.push(performance.now() - t); n++; } };
  const cpu0 = process.cpuUsage();
  await Promise.all(Array.from({ length: scenario.startsWith("lone") ? 1 : 64 }, one));
  const cpu = process.cpuUsage(cpu0);
  lat.sort((a, b) => a - b);
  console.log(scenario, name, Math.round(n / seconds) + "/s", "p50", lat[n >> 1]!.toFixed(2), "p99", lat[Math.floor(n * .99)]!.toFixed(2), "node cpu us/call", ((cpu.user + cpu.system) / n).toFixed(1), JSON.stringify(counts));
}
await dbs.off.close(); await dbs.on.close(); store.close(); await redis.close(); await server.stop(); process.exit();
