import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { HoldfastError } from "./errors.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { createMarks, INSERT_MARK, type Marks } from "./testing/marks.ts";
import { OutcomeUnknown } from "./transaction.ts";
import { verify } from "./verify.ts";
import { getWallet } from "./wallets/queries.ts";

/** Kills of backends in whatever phase they are, while transactions run: none may be lost, doubled, escaped or hung. */
const KILLS = 500;

let database: TestDatabase;
let marks: Marks;
beforeAll(async () => {
  database = await createTestDatabase();
  marks = await createMarks(database.url);
});
afterAll(async () => {
  await marks.close();
  await database.close();
});

/** Kills one backend after the other until `KILLS` have died, each in the midst of new work; `storming` turns false then. */
async function storm(state: { storming: boolean; progress: EventEmitter }): Promise<number> {
  let kills = 0;
  while (kills < KILLS) {
    await once(state.progress, "committed");
    // Somewhere in the batch that follows: begin, lock, write or commit.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 6));
    kills += await marks.killSessions("one");
  }
  state.storming = false;
  return kills;
}

test(`${KILLS} kills under transactions of two statements: each is whole or absent, as it was told`, async () => {
  const db = connect({ url: database.url, sessions: 8 });
  const state = { storming: true, progress: new EventEmitter() };
  const told = { committed: [] as string[], failed: [] as string[], unknown: [] as string[] };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (state.storming) {
      const name = `storm-${next++}`;
      try {
        await db.withTransaction({ tenantId: 1, retries: 0, deadline: Date.now() + 5_000 }, async (tx) => {
          await tx.run(INSERT_MARK, [`${name}-first`]);
          if (next % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
          void tx.run(INSERT_MARK, [`${name}-second`]);
        });
        told.committed.push(name);
        state.progress.emit("committed");
      } catch (error) {
        (error instanceof OutcomeUnknown ? told.unknown : told.failed).push(name);
      }
    }
  };
  const [kills] = await Promise.all([storm(state), ...Array.from({ length: 8 }, worker)]);
  await db.close();

  const present = await marks.all();
  const halves = (name: string) => [present.has(`${name}-first`), present.has(`${name}-second`)];
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  expect(told.committed.filter((name) => halves(name).includes(false))).toEqual([]);
  expect(told.failed.filter((name) => halves(name).includes(true))).toEqual([]);
  expect(told.unknown.filter((name) => new Set(halves(name)).size === 2)).toEqual([]);
  expect(told.committed.length).toBeGreaterThan(100);
  expect(told.failed.length).toBeGreaterThan(50);
});

test(`${KILLS} kills under coalesced transfers: every caller gets the one true outcome, totals exact`, async () => {
  const db = connect({ url: database.url, sessions: 4 });
  const service = { tenantId: 1, subject: "studio", role: "service" } as const;
  const open = (idempotencyKey: string) =>
    db.execute(service, { kind: "wallets.open", idempotencyKey, currency: "sat", ownerId: "ada" });
  const [from, to] = await Promise.all([open("open-from"), open("open-to")]);
  await db.execute(service, {
    kind: "wallets.credit",
    idempotencyKey: "fund",
    walletId: from.walletId,
    amount: 1_000_000n,
  });
  const state = { storming: true, progress: new EventEmitter() };
  const told = { moved: 0n, timeouts: [] as string[], other: [] as string[] };
  let next = 0;
  const transfer = (idempotencyKey: string) =>
    db.execute(
      service,
      {
        kind: "wallets.transfer",
        idempotencyKey,
        fromWalletId: from.walletId,
        toWalletId: to.walletId,
        amount: 1n,
      },
      { deadlineMs: 8_000 },
    );
  const worker = async (): Promise<void> => {
    while (state.storming) {
      const key = `storm-${next++}`;
      try {
        await transfer(key);
        told.moved += 1n;
        state.progress.emit("committed");
      } catch (error) {
        if (error instanceof HoldfastError && error.code === "TIMEOUT") told.timeouts.push(key);
        else told.other.push(String(error));
      }
    }
  };
  const [kills] = await Promise.all([storm(state), ...Array.from({ length: 32 }, worker)]);
  for (const key of told.timeouts) {
    await transfer(key);
    told.moved += 1n;
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  expect(told.other).toEqual([]);
  expect((await getWallet(db, service, { walletId: to.walletId })).balance).toBe(`${told.moved}`);
  expect((await getWallet(db, service, { walletId: from.walletId })).balance).toBe(
    `${1_000_000n - told.moved}`,
  );
  expect(told.moved).toBeGreaterThan(200n);
  await db.close();
  expect(await verify({ url: database.url })).toEqual([]);
}, 120_000);
