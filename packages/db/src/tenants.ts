import { asOwner } from "./owner.ts";

/** Creates a tenant, or leaves it as it is. `url` as for `migrate`. */
export async function createTenant({
  url,
  tenantId,
  name,
}: {
  url: string;
  tenantId: number;
  name: string;
}): Promise<void> {
  await asOwner(url, async (sql) => {
    await sql.unsafe(
      "insert into holdfast.tenants (tenant_id, name) values ($1::int, $2) on conflict (tenant_id) do nothing",
      [String(tenantId), name],
    );
  });
}
