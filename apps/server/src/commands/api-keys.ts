import { randomBytes, randomUUID } from "node:crypto";
import {
  connect,
  type Db,
  HoldfastError,
  type KeyView,
  listKeys,
  listTenants,
  type Principal,
} from "@holdfast/db";
import { CliError } from "../cli/failure.ts";
import { columns, print } from "../cli/output.ts";
import { databaseConfig } from "./database-config.ts";

/** Who has the database's address could do all this by hand; so that it is recorded like anybody's call, it goes the same way. */
const administrator = (tenantId: number): Principal => ({
  tenantId,
  subject: "holdfast token",
  role: "admin",
});

/** Makes an API key for this principal and answers it, the only time that it can be seen. */
export async function makeKey({ tenantId, subject, role }: Principal): Promise<string> {
  const { databaseUrl } = await databaseConfig("token --api-key");
  const tenants = await listTenants({ url: databaseUrl });
  if (!tenants.some((tenant) => tenant.tenantId === tenantId)) {
    throw new CliError(
      `there is no tenant ${tenantId}: create it with \`holdfast tenant --create ${tenantId} --name <name>\``,
    );
  }
  const create = { kind: "keys.create", idempotencyKey: newKey(), subject, role } as const;
  const { apiKey } = await withDatabase(databaseUrl, (db) => db.execute(administrator(tenantId), create));
  if (apiKey === null) throw new TypeError("a new key is told");
  return apiKey;
}

/** Prints all API keys of a tenant, the newest first. */
export async function printKeys(tenantId: number, json: boolean): Promise<void> {
  const { databaseUrl } = await databaseConfig("token --list-keys");
  const keys = await withDatabase(databaseUrl, (db) => listAll(db, administrator(tenantId)));
  if (json) print(JSON.stringify(keys));
  else if (keys.length === 0) print(`Tenant ${tenantId} has no API keys.`);
  else {
    const rows = keys.map((key) => [
      ...[key.keyId, key.subject, key.role, key.createdAt],
      ...[key.createdBy ?? "–", key.revokedAt ?? "–"],
    ]);
    print(...columns([["key", "subject", "role", "created", "by", "revoked"], ...rows]));
  }
}

/** Ends an API key of a tenant; ending it again is no failure. */
export async function endKey(tenantId: number, keyId: string): Promise<void> {
  const { databaseUrl } = await databaseConfig("token --revoke-key");
  const revoke = { kind: "keys.revoke", idempotencyKey: newKey(), keyId } as const;
  const ended = await withDatabase(databaseUrl, (db) =>
    db.execute(administrator(tenantId), revoke).catch((error: unknown) => {
      if (!(error instanceof HoldfastError) || error.code !== "NOT_FOUND") throw error;
      throw new CliError(
        `tenant ${tenantId} has no API key ${keyId}: \`holdfast token --list-keys --tenant ${tenantId}\` tells which it has`,
      );
    }),
  );
  print(
    `The key of ${ended.subject} (${ended.role}) was revoked at ${ended.revokedAt}; servers that know it refuse it within a minute.`,
  );
}

const newKey = () => `holdfast token ${randomUUID()}`;

async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  // A call of this kind is never repeated, so no replay has to derive the same key.
  const db = connect({ url, sessions: 1, tokenSecret: randomBytes(32).toString("base64url") });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function listAll(db: Db, principal: Principal): Promise<KeyView[]> {
  const all: KeyView[] = [];
  for (let before: string | undefined; ; ) {
    const { keys, next } = await listKeys(db, principal, { before, limit: 200 });
    all.push(...keys);
    if (next === null) return all;
    before = next;
  }
}
