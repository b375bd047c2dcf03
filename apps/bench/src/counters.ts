import { readdir, readFile } from "node:fs/promises";
import type postgres from "postgres";

/** What Postgres and this process have used so far. */
export interface Counters {
  readonly walBytes: number;
  /** Milliseconds of CPU over all of Postgres' processes; undefined where there is no /proc. */
  readonly postgresCpuMs: number | undefined;
  readonly nodeCpuMs: number;
}

/** Clock ticks of /proc a second, on every Linux that Node runs on. */
const TICK_MS = 10;

export async function readCounters(admin: postgres.Sql, postmaster: number): Promise<Counters> {
  const [row] = await admin<
    { bytes: string }[]
  >`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes`;
  const { user, system } = process.cpuUsage();
  return {
    walBytes: Number(row?.bytes),
    postgresCpuMs: await cpuOf(postmaster),
    nodeCpuMs: (user + system) / 1_000,
  };
}

/** The postmaster's own time, its ended children's, and that of those who live. */
async function cpuOf(postmaster: number): Promise<number | undefined> {
  try {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const times = await Promise.all(
      pids.map(async (pid) => {
        // A process may end between the listing and the reading.
        const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
        const fields = fieldsOf(stat);
        const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) =>
          Number(fields[at]),
        );
        if (Number(pid) === postmaster)
          return (user ?? 0) + (system ?? 0) + (endedUser ?? 0) + (endedSystem ?? 0);
        return parent === postmaster ? (user ?? 0) + (system ?? 0) : 0;
      }),
    );
    return times.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
  } catch {
    return undefined;
  }
}

/** CPU that a process has used so far, and its resident memory; undefined where there is no /proc. */
export async function readProcess(
  pid: number,
): Promise<{ cpuMs: number | undefined; residentBytes: number | undefined }> {
  const [stat, status] = await Promise.all(
    ["stat", "status"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
  );
  const fields = fieldsOf(stat ?? "");
  const kilobytes = /VmRSS:\s*(\d+)/.exec(status ?? "")?.[1];
  return {
    cpuMs: fields.length > 12 ? (Number(fields[11]) + Number(fields[12])) * TICK_MS : undefined,
    residentBytes: kilobytes === undefined ? undefined : Number(kilobytes) * 1_024,
  };
}

/** Of /proc's stat, from the state on: the name before it, in parentheses, may hold spaces. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

export interface Sizes {
  readonly tableBytes: number;
  readonly indexBytes: number;
}

export async function readSizes(admin: postgres.Sql, tables: readonly string[]): Promise<Sizes> {
  const [row] = await admin<{ table: string; index: string }[]>`
    select sum(pg_table_size(name::regclass))::text as table, sum(pg_indexes_size(name::regclass))::text as index
    from unnest(${tables as string[]}::text[]) as name`;
  return { tableBytes: Number(row?.table), indexBytes: Number(row?.index) };
}
