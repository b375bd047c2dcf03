import postgres from "postgres";

/** A database each: the product owns the name of its schema, and `bulk` uses the product's tables. */
export async function freshDatabase(admin: postgres.Sql, url: string, name: string): Promise<string> {
  await admin.unsafe(`drop database if exists ${name} with (force)`);
  await admin.unsafe(`create database ${name}`);
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return fresh.href;
}

/**
 * Nobody pays for what the one before has left: rows that autovacuum would come for during the next turn, with all their pages in the
 * log, or dirty pages.
 */
export async function settle(url: string, tables: readonly string[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    if (tables.length > 0) await sql.unsafe(`vacuum (analyze) ${tables.join(", ")}`);
    await sql.unsafe("checkpoint");
  } finally {
    await sql.end();
  }
}
