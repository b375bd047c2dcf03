import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { createTenant, migrate } from "../index.ts";
import { administer, TEMPLATE_URL, withDatabase } from "./test-database.ts";

const TEMPLATE = "holdfast_test_template";

/** One Postgres a run (DATABASE_URL, or an embedded one without fsync) and one migrated template in it. */
export default async function setUp(): Promise<() => Promise<void>> {
  const given = process.env["DATABASE_URL"];
  if (given !== undefined) {
    const name = `${TEMPLATE}_${process.pid}`;
    await prepare(given, name);
    return () => administer(given, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
  }
  const directory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  const server = await startEmbeddedPostgres({ dataDir: directory, durable: false });
  await prepare(server.url, TEMPLATE);
  return async () => {
    await server.stop();
    for (const path of new Set([directory, server.dataDir])) await rm(path, { recursive: true, force: true });
  };
}

async function prepare(url: string, name: string): Promise<void> {
  await administer(url, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
  await administer(url, (sql) => sql.unsafe(`create database ${name}`));
  const template = withDatabase(url, name);
  await migrate({ url: template });
  await createTenant({ url: template, tenantId: 1, name: "one" });
  await createTenant({ url: template, tenantId: 2, name: "two" });
  process.env[TEMPLATE_URL] = template;
}
