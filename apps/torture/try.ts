import { run } from "/work/main/apps/torture/src/run.ts";
const r = await run({ seed: Number(process.argv[2] ?? 1), seconds: Number(process.argv[3] ?? 10), servers: Number(process.env.SRV ?? 2), clients: 48, deadlineMs: 3000, faults: process.argv[4] !== "nofaults", onProgress: (m) => console.log(m), historyFile: "/tmp/history.jsonl" }, async (world, e) => {
  console.log(e.workload, [...(e.schedule?.struck.values() ?? [])].map((s) => `${s.name}: ${s.fired}/${s.tried}`), e.schedule?.recoveriesMs.map(Math.round), e.servers.map((s) => [s.unexpectedExits, s.output.slice(-1500)]));
  const by: Record<string, number> = {};
  for (const ev of e.events) if (ev.type === "replied") { const k = ev.reply.kind === "error" ? ev.reply.code : ev.reply.kind === "lost" ? "lost:" + ev.reply.reason : ev.reply.kind; by[k] = (by[k] ?? 0) + 1; }
  console.log(by);
  const { verify } = await import("/work/main/packages/db/src/index.ts");
  console.log("verify", await verify({ url: world.databaseUrl }));
});
