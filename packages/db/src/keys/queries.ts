import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import * as field from "../fields.ts";
import type { Principal, Role } from "../principal.ts";
import { type Row, textOf } from "../statements.ts";
import type { Tx } from "../transaction.ts";
import { parseInput } from "../write-path/registry.ts";
import { isSecretOf, parseApiKey } from "./secret.ts";

/** Input schemas by query. */
export const keyQueries = {
  "keys.list": z.strictObject({
    before: field.id.optional(),
    limit: z.int().min(1).max(200).optional(),
  }),
} as const;

/** An API key as an admin sees it: never its secret, nor what is stored of it. */
export interface KeyView {
  keyId: string;
  subject: string;
  role: Role;
  /** ISO 8601, by the database's clock. */
  createdAt: string;
  /** Role and subject of who made it; null for one that was made before that was recorded. */
  createdBy: string | null;
  /** Null while it works. */
  revokedAt: string | null;
}

/** What a query needs of a `Db`. */
interface Reader {
  read(principal: Principal, work: (tx: Tx) => Promise<readonly Row[]>): Promise<readonly Row[]>;
}

const DEFAULT_LIMIT = 50;
const AFTER_ALL_IDS = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * The API keys of an admin's tenant, the newest first, revoked ones included; `next` continues where they end.
 *
 * @throws FORBIDDEN for who is no admin.
 */
export async function listKeys(
  db: Reader,
  principal: Principal,
  input: z.input<(typeof keyQueries)["keys.list"]>,
): Promise<{ keys: KeyView[]; next: string | null }> {
  if (principal.role !== "admin") throw new HoldfastError("FORBIDDEN", { needs: "admin" });
  const { before = AFTER_ALL_IDS, limit = DEFAULT_LIMIT } = parseInput(keyQueries["keys.list"], input);
  const rows = await db.read(principal, (tx) =>
    tx.run(
      `select api_key.id::text as key_id, api_key.subject, api_key.role, ${iso("api_key.created_at")} as created_at,
        ${iso("api_key.revoked_at")} as revoked_at, operation.caller as created_by
      from holdfast.api_keys as api_key left join holdfast.operations as operation
        on operation.tenant_id = api_key.tenant_id and operation.id = api_key.operation_id
      where api_key.tenant_id = $1::int and api_key.id < $2::uuid order by api_key.id desc limit $3::int`,
      [String(principal.tenantId), before, String(limit + 1)],
    ),
  );
  const keys = rows.slice(0, limit).map(viewOf);
  return { keys, next: rows.length > limit ? (keys.at(-1)?.keyId ?? null) : null };
}

function viewOf(row: Row): KeyView {
  return {
    keyId: textOf(row, "key_id"),
    subject: textOf(row, "subject"),
    role: textOf(row, "role") as Role,
    createdAt: textOf(row, "created_at"),
    createdBy: row["created_by"] === null ? null : textOf(row, "created_by"),
    revokedAt: row["revoked_at"] === null ? null : textOf(row, "revoked_at"),
  };
}

/** The principal of an API key, or undefined when it is malformed, unknown or revoked. */
export async function findApiKeyPrincipal(db: Reader, apiKey: string): Promise<Principal | undefined> {
  const parts = parseApiKey(apiKey);
  if (parts === undefined) return undefined;
  const { tenantId, keyId, secret } = parts;
  const [row] = await db.read({ tenantId, subject: "holdfast", role: "service" }, (tx) =>
    tx.run(
      `select subject, role, encode(secret_hash, 'hex') as secret_hash from holdfast.api_keys
      where tenant_id = $1::int and id = $2::uuid and revoked_at is null`,
      [String(tenantId), keyId],
    ),
  );
  if (row === undefined || !isSecretOf(textOf(row, "secret_hash"), secret)) return undefined;
  return { tenantId, subject: textOf(row, "subject"), role: textOf(row, "role") as Role };
}
