import { verify as verifyDatabase } from "@holdfast/db";
import { command } from "../cli/command.ts";
import { EXIT_FINDINGS } from "../cli/failure.ts";
import { columns, print, progress } from "../cli/output.ts";
import { databaseConfig } from "./database-config.ts";

export const verify = command({
  name: "verify",
  description: "Check every invariant over all tenants; exit code 1 if one is broken",
  args: { json: { type: "boolean", description: "Print the findings as a JSON array" } },
  run: async ({ json }) => {
    const { databaseUrl } = await databaseConfig("verify");
    const findings = await verifyDatabase({ url: databaseUrl, onProgress: progress });
    if (json) print(JSON.stringify(findings));
    else if (findings.length === 0) print("Every invariant holds.");
    else
      print(
        ...columns(findings.map(({ invariant, table, row, message }) => [invariant, table, row, message])),
      );
    if (findings.length > 0) process.exitCode = EXIT_FINDINGS;
  },
});
