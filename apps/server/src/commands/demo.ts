import { connect } from "@holdfast/db";
import { command } from "../cli/command.ts";
import { columns, print } from "../cli/output.ts";
import { createDemoTenants, seedDemo } from "../demo/seed.ts";
import { databaseConfig } from "./database-config.ts";

export const demo = command({
  name: "demo",
  description: "Create the demo tenants, people and wallets; running it again changes nothing",
  run: async () => {
    const { databaseUrl } = await databaseConfig("demo");
    await createDemoTenants(databaseUrl);
    const db = connect({ url: databaseUrl });
    try {
      const people = await seedDemo(db);
      const rows = people.map((each) => [
        each.name,
        each.role,
        String(each.tenantId),
        each.walletId,
        each.currency,
      ]);
      print(...columns([["name", "role", "tenant", "wallet", "currency"], ...rows]));
    } finally {
      await db.close();
    }
  },
});
