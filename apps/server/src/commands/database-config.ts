import { CliError } from "../cli/failure.ts";
import { type Config, readConfig } from "../config.ts";
import { withRuntime } from "../state/runtime.ts";

/** The configuration of a command that needs a database: the environment's, or that of a running `start`. */
export async function databaseConfig(
  commandName: string,
): Promise<Config & { readonly databaseUrl: string }> {
  const config = await withRuntime(readConfig());
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    throw new CliError(`${commandName} needs a database: set DATABASE_URL, or run start in another terminal`);
  }
  return { ...config, databaseUrl };
}
