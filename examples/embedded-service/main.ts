/** Opens the shop: on `DATABASE_URL`, or on a Postgres of its own that it starts and keeps in `.holdfast`. */
import { connect, createTenant, migrate, type Principal } from "@holdfast/db";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { createService } from "./service.ts";

const given = process.env["DATABASE_URL"];
const postgres = given === undefined ? await startEmbeddedPostgres({ dataDir: ".holdfast" }) : undefined;
const url = given ?? postgres?.url ?? "";

// A schema of its own, `holdfast`, beside your tables.
await migrate({ url });
await createTenant({ url, tenantId: 1, name: "the shop's customers" });

// Fixed keys: the second start is answered from the records of the first, and nobody is credited twice.
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
const holdfast = connect({ url });
const { walletId } = await holdfast.execute(shop, {
  kind: "wallets.open",
  idempotencyKey: "ada's wallet",
  currency: "sat",
  ownerId: "ada",
});
await holdfast.execute(shop, {
  kind: "wallets.credit",
  idempotencyKey: "ada's first credit",
  walletId,
  amount: 100n,
});
await holdfast.close();

const service = await createService(url);
const address = await service.listen({ port: Number(process.env["PORT"] ?? 4020) });
console.log(`The shop is open. Ada has 100 sat at first; a coffee costs 30:

curl -X PUT ${address}/orders/order-1 -H "x-customer: ada" -H "content-type: application/json" \\
  -d '{"item":"coffee","walletId":"${walletId}"}'
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await service.close();
    await postgres?.stop();
  });
}
