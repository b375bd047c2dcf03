import type { Principal } from "../principal.ts";
import type { Statements } from "../statements.ts";
import type { RecordedOperation, WrittenRow } from "../write-path/feature.ts";

/** The key that an operation made or revoked, as it is now, for admins. */
export async function writtenByKeys(
  tx: Statements,
  principal: Principal,
  { kind, outcome }: RecordedOperation,
): Promise<WrittenRow[]> {
  if (!kind.startsWith("keys.") || !outcome.ok || principal.role !== "admin") return [];
  const { keyId } = outcome.data as { readonly keyId: string };
  const rows = await tx.run(
    `select id::text as "keyId", subject, role,
      to_char(revoked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "revokedAt"
    from holdfast.api_keys where tenant_id = $1::int and id = $2::uuid`,
    [String(principal.tenantId), keyId],
  );
  return rows.map((row) => ({ table: "api_keys", row }));
}
