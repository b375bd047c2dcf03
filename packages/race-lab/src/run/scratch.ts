import { randomInt } from "node:crypto";
import postgres from "postgres";

/** A database of a run's own, on the same server as the one that it was asked of. */
export interface Scratch {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  remove(): Promise<void>;
}

/** The first half of the advisory lock that says that a run is alive; the second is its number. */
const ALIVE = 702_011_608;
const MAX_ID = 2 ** 31 - 1;

/**
 * Makes an empty database for one run, and removes what runs have left behind whose process was killed.
 *
 * Everything of a run is in it, so nothing of a run can touch the tables that are beside it, and removing it leaves nothing.
 */
export async function openScratch(url: string): Promise<Scratch> {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: "holdfast-lab" },
  });
  const id = randomInt(1, MAX_ID);
  const name = `holdfast_lab_${id}`;
  try {
    // Held by this session for as long as the run lives, and taken before there is anything to be removed.
    await sql`select pg_advisory_lock(${ALIVE}::int, ${id}::int)`;
    await removeLeftovers(sql);
    await sql.unsafe(`create database ${name} template template0`);
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async remove() {
      try {
        await drop(sql, name);
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
  };
}

/** Databases of runs that no session is alive for. Locks are looked up after the names: a lock is there before its database. */
async function removeLeftovers(sql: postgres.Sql): Promise<void> {
  const found = await sql<{ name: string }[]>`
    select datname as name from pg_database where datname ~ '^holdfast_lab_[0-9]{1,10}$'`;
  const alive = await sql<{ id: number }[]>`
    select objid::int as id from pg_locks where locktype = 'advisory' and classid = ${ALIVE}::int::oid`;
  const ids = new Set(alive.map(({ id }) => `holdfast_lab_${id}`));
  for (const { name } of found) if (!ids.has(name)) await drop(sql, name);
}

async function drop(sql: postgres.Sql, name: string): Promise<void> {
  await sql.unsafe(`drop database if exists ${name} with (force)`);
}
