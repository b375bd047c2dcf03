import { setTimeout as pause } from "node:timers/promises";
import { createTestDatabase, startWireMeter, type WireMeter } from "@holdfast/db/testing";
import postgres from "postgres";
import { expect, test } from "vitest";
import { holdfast, holdfastLocked } from "./contenders/holdfast.ts";

async function behindMeter(
  work: (url: string, meter: Awaited<ReturnType<typeof startWireMeter>>) => Promise<void>,
) {
  const database = await createTestDatabase();
  const url = new URL(database.url);
  const meter = await startWireMeter(Number(url.port));
  url.port = String(meter.port);
  try {
    await work(url.href, meter);
  } finally {
    await meter.close();
    await database.close();
  }
}

test("counts what a client waits for, and what it executes", async () => {
  await behindMeter(async (url, meter) => {
    const sql = postgres(url, { max: 1, fetch_types: false });
    await sql`select 1`;
    const before = { trips: meter.roundTrips, statements: meter.statements };
    await sql`select 1`;
    await sql`select 1`;
    expect(meter.roundTrips - before.trips).toBe(2);
    expect(meter.statements - before.statements).toBe(2);
    await Promise.all([sql`select 1`, sql`select 1`, sql`select 1`]);
    expect(meter.statements - before.statements).toBe(5);
    await sql.end();
  });
});

test.each([
  ["one round trip where its rows are known", holdfast, 1],
  ["two where it asks for them: lock and look-up, write and COMMIT", holdfastLocked, 2],
])("a lone transfer takes %s", async (_, contender, trips) => {
  await behindMeter(async (url, meter) => {
    const ledger = await contender.setUp({ url, wallets: 2, tenants: 1, balance: 100 });
    try {
      // Statements are prepared the first time.
      await ledger.transfer(0, 1, "first");
      await ledger.transfer(0, 1, "second");
      // The doorbell of the first transfer opens a connection of its own.
      await untilQuiet(meter);
      const before = meter.roundTrips;
      await ledger.transfer(0, 1, "third");
      expect(meter.roundTrips - before).toBe(trips);
    } finally {
      await ledger.close();
    }
  });
});

async function untilQuiet(meter: WireMeter): Promise<void> {
  for (let before = -1; before !== meter.roundTrips; ) {
    before = meter.roundTrips;
    await pause(100);
  }
}
