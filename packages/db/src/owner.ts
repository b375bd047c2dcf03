import postgres from "postgres";
import { OWNER_ROLE } from "./roles.ts";

/**
 * Runs administrative work (migrations, verify, tenants, keys) on one session of its own, as the role that owns the
 * schema. Credit never moves this way: row-level security gives the owner no write on wallets.
 */
export async function asOwner<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "holdfast-owner" },
  });
  try {
    await sql.unsafe(`set role ${OWNER_ROLE}`);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
