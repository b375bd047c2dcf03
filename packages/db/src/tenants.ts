import { asOwner } from "./owner.ts";

export interface Tenant {
  readonly tenantId: number;
  readonly name: string;
  /** ISO 8601, by the database's clock. */
  readonly createdAt: string;
}

/** Creates a tenant, or leaves it as it is; answers whether it is new. `url` as for `migrate`. */
export function createTenant({
  url,
  tenantId,
  name,
}: {
  url: string;
  tenantId: number;
  name: string;
}): Promise<boolean> {
  return asOwner(url, async (sql) => {
    const rows = await sql.unsafe(
      `insert into holdfast.tenants (tenant_id, name) values ($1::int, $2)
      on conflict (tenant_id) do nothing returning 1`,
      [String(tenantId), name],
    );
    return rows.length > 0;
  });
}

/** Every tenant, in the order of their numbers. `url` as for `migrate`. */
export function listTenants({ url }: { url: string }): Promise<Tenant[]> {
  return asOwner(url, async (sql) => {
    const rows = await sql.unsafe(
      `select tenant_id::text, name, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at
      from holdfast.tenants order by tenants.tenant_id`,
    );
    return rows.map((row) => ({
      tenantId: Number(row["tenant_id"]),
      name: String(row["name"]),
      createdAt: String(row["created_at"]),
    }));
  });
}
