import { migrate as migrateDatabase } from "@holdfast/db";
import { command } from "../cli/command.ts";
import { print } from "../cli/output.ts";
import { migrateJobs } from "../jobs/queue.ts";
import { databaseConfig } from "./database-config.ts";

export const migrate = command({
  name: "migrate",
  description: "Create or update the schema and roles; DATABASE_URL must be the owner's",
  run: async () => {
    const { databaseUrl } = await databaseConfig("migrate");
    await migrateDatabase({ url: databaseUrl });
    await migrateJobs({ url: databaseUrl });
    print("The schema is up to date.");
  },
});
