import { expect, test } from "vitest";
import { connect } from "./connect.ts";
import { createTestDatabase } from "./testing/index.ts";
import { getWallet, listEntries } from "./wallets/queries.ts";

test("smoke", async () => {
  const database = await createTestDatabase();
  const db = connect({ url: database.url, onError: (e) => console.error(e) });
  const service = { tenantId: 1, subject: "svc", role: "service" } as const;
  const a = await db.execute(service, { kind: "wallets.open", idempotencyKey: "o1", currency: "sat", ownerId: "ada" });
  const b = await db.execute(service, { kind: "wallets.open", idempotencyKey: "o2", currency: "sat", ownerId: "bob" });
  console.log(a, b);
  console.log(await db.execute(service, { kind: "wallets.credit", idempotencyKey: "c1", walletId: a.walletId, amount: 1000n }));
  console.log(await db.execute(service, { kind: "wallets.credit", idempotencyKey: "c1", walletId: a.walletId, amount: 1000n }));
  const t = Date.now();
  const n = 20000;
  let i = 0;
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (i < n) {
      const me = i++;
      await db.execute(service, { kind: "wallets.transfer", idempotencyKey: `t${me}`, fromWalletId: me % 2 ? a.walletId : b.walletId, toWalletId: me % 2 ? b.walletId : a.walletId, amount: 1n }).catch((e) => { if (e.code !== "INSUFFICIENT_FUNDS") throw e; });
    }
  }));
  console.log(n / (Date.now() - t) * 1000, "per s");
  console.log(await getWallet(db, service, { walletId: a.walletId }));
  console.log((await listEntries(db, service, { walletId: a.walletId, limit: 2 })));
  await db.close();
  await database.close();
  expect(1).toBe(1);
});
