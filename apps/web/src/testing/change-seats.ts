import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "@holdfast/db";

const PER_SECOND = 50;
/** So many stay held: the map is one of an evening that sells. */
const HELD = 250;
const TICK_MS = 5;

interface Hold {
  readonly buyer: Buyer;
  readonly token: string;
}
type Buyer = ReturnType<typeof buyer>;

const buyer = (at: number) => ({ tenantId: 1, subject: `buyer-${at}`, role: "user" }) as const;

/** Changes one seat of the show after the other, 50 a second however long each takes, until it is told to stop. */
export async function changeSeats(db: Db, showId: string, stop: AbortSignal): Promise<void> {
  const held: Hold[] = [];
  const running: Promise<void>[] = [];
  const startedMs = performance.now();
  while (!stop.aborted) {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * PER_SECOND);
    while (running.length < due) running.push(changeOne(db, showId, held, buyer(running.length)));
    await pause(TICK_MS);
  }
  await Promise.all(running);
}

/** Gives a seat back, or holds one, each for somebody else: whoever holds seats may hold no others. */
async function changeOne(db: Db, showId: string, held: Hold[], next: Buyer): Promise<void> {
  const idempotencyKey = randomUUID();
  const back = held.length > HELD ? held.shift() : undefined;
  if (back !== undefined) {
    await db.execute(back.buyer, { kind: "seats.release", idempotencyKey, token: back.token });
    return;
  }
  const { token } = await db.execute(next, {
    ...{ kind: "seats.reserve", idempotencyKey, showId, bestAvailable: { quantity: 1 } },
  });
  held.push({ buyer: next, token });
}
