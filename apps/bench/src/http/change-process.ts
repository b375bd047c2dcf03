import { setTimeout as pause } from "node:timers/promises";
import { connect, type Db } from "@holdfast/db";
import { newKey } from "../keys.ts";
import { organiser, TOKEN_SECRET } from "../seats/holdfast-box-office.ts";
import { machineNowMs } from "../watchers/clock.ts";
import type { ChangeOrder, ChangeReport } from "../watchers/orders.ts";

const TICK_MS = 5;

/** Whoever changes seats, in a process of its own with its own sessions: another replica, for the server that is watched. */
process.on("message", async (order: ChangeOrder) => {
  if (order.type === "open") {
    db = connect({ url: order.databaseUrl, tokenSecret: TOKEN_SECRET });
    showId = order.showId;
    free.push(...order.seatIds);
    process.send?.({});
  } else process.send?.(await change(order));
});
process.once("disconnect", () => process.exit());

let db: Db | undefined;
let showId = "";
const free: string[] = [];
const held: { token: string; seatId: string }[] = [];

/** Begins a change whenever one is due, however long those before it take; each is one version of the show. */
async function change({
  perSecond,
  seconds,
}: Extract<ChangeOrder, { type: "change" }>): Promise<ChangeReport> {
  const byVersion = new Map<number, number>();
  const running: Promise<void>[] = [];
  const startedMs = machineNowMs();
  const all = Math.round(perSecond * seconds);
  while (running.length < all) {
    const due = Math.min(all, Math.floor(((machineNowMs() - startedMs) / 1_000) * perSecond));
    while (running.length < due) running.push(changeOne(byVersion, running.length % 2 === 0));
    await pause(TICK_MS);
  }
  await Promise.all(running);
  const endedMs = machineNowMs();
  const first = Math.min(...byVersion.keys());
  const timesMs = Float64Array.from(byVersion.keys(), (_, at) => byVersion.get(first + at) ?? Number.NaN);
  if (timesMs.some(Number.isNaN)) throw new Error("somebody else changed the show as well");
  return { startedMs, seconds: (endedMs - startedMs) / 1_000, committed: { first, timesMs } };
}

async function changeOne(byVersion: Map<number, number>, reserves: boolean): Promise<void> {
  if (db === undefined) throw new TypeError("there is no database yet");
  const mine = reserves ? undefined : held.shift();
  const idempotencyKey = newKey();
  if (mine !== undefined) {
    const { token, seatId } = mine;
    const { showVersion } = await db.execute(organiser, { kind: "seats.release", idempotencyKey, token });
    byVersion.set(Number(showVersion), machineNowMs());
    free.push(seatId);
    return;
  }
  const seatId = free.shift();
  if (seatId === undefined) throw new Error("every seat of the show is taken");
  // Somebody new each time: a customer holds seats once a show, and an earlier turn's may still hold theirs.
  const customerId = newKey();
  const reserve = { kind: "seats.reserve", idempotencyKey, showId, seatIds: [seatId], customerId } as const;
  const { token, showVersion } = await db.execute(organiser, reserve);
  byVersion.set(Number(showVersion), machineNowMs());
  held.push({ token, seatId });
}
