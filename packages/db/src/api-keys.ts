import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { validate as isUuid } from "uuid";
import type { Db } from "./connect.ts";
import { newId } from "./ids.ts";
import { asOwner } from "./owner.ts";
import type { Principal, Role } from "./principal.ts";
import { textOf } from "./statements.ts";

export interface NewApiKey {
  /** As for `migrate`. */
  readonly url: string;
  readonly tenantId: number;
  readonly subject: string;
  readonly role: Role;
}

/** Creates an API key and answers it, the only time that it can be seen: `hf_<tenant>_<id>_<secret>`. */
export async function createApiKey({ url, tenantId, subject, role }: NewApiKey): Promise<string> {
  const id = newId();
  const secret = randomBytes(32).toString("base64url");
  await asOwner(url, async (sql) => {
    await sql.unsafe(
      `insert into holdfast.api_keys (tenant_id, id, subject, role, secret_hash)
      values ($1::int, $2::uuid, $3, $4, decode($5, 'hex'))`,
      [String(tenantId), id, subject, role, hash(secret).toString("hex")],
    );
  });
  return `hf_${tenantId}_${id}_${secret}`;
}

/** The principal of an API key, or undefined when it is malformed, unknown or revoked. */
export async function findApiKeyPrincipal(db: Db, apiKey: string): Promise<Principal | undefined> {
  const parts = /^hf_(\d{1,9})_([0-9a-f-]{36})_([\w-]{43})$/.exec(apiKey);
  const [, tenant = "", id = "", secret = ""] = parts ?? [];
  if (parts === null || !isUuid(id)) return undefined;
  const tenantId = Number(tenant);
  const [row] = await db.read({ tenantId, subject: "holdfast", role: "service" }, (tx) =>
    tx.run(
      `select subject, role, encode(secret_hash, 'hex') as secret_hash from holdfast.api_keys
      where tenant_id = $1::int and id = $2::uuid and revoked_at is null`,
      [tenant, id],
    ),
  );
  if (row === undefined) return undefined;
  if (!timingSafeEqual(Buffer.from(textOf(row, "secret_hash"), "hex"), hash(secret))) return undefined;
  return { tenantId, subject: textOf(row, "subject"), role: textOf(row, "role") as Role };
}

function hash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
