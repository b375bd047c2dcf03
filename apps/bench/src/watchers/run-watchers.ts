import { verify } from "@holdfast/db";
import { startWireMeter, type WireMeter } from "@holdfast/db/testing";
import postgres from "postgres";
import { readProcess } from "../counters.ts";
import { freshDatabase } from "../databases.ts";
import { type Figures, medians } from "../figures.ts";
import { startProcess, startServing } from "../http/processes.ts";
import { createToken } from "../http/side.ts";
import { type Outcome, type RunOptions, warmUpSecondsOf } from "../run-scenario.ts";
import { holdfastSeats } from "../seats/holdfast-box-office.ts";
import { createHouse } from "../seats/house.ts";
import { checkOpenFiles } from "./open-files.ts";
import type { ChangeOrder, ChangeReport, WatchMark, WatchOrder, WatchReport } from "./orders.ts";

const FEW = 20;
const CHANGES_PER_SECOND = 200;
const SEATS = 1_000;

/** Who watches in turns, by the contender's name: the same server, the same changes, many subscribers or few. */
type Crowd = "many" | "few";

interface Show {
  readonly showId: string;
  readonly seatIds: readonly string[];
  /** The database, and the way to it that counts what the server asks. */
  readonly url: string;
  readonly admin: postgres.Sql;
  readonly meter: WireMeter;
}

/**
 * Subscribers of one show at one server, while another process changes seats of it on the same database. Each turn has a
 * server of its own, so that one's memory is not another's.
 */
export async function runWatchers(options: RunOptions): Promise<Outcome[]> {
  const { url, rounds, watchers, onProgress } = options;
  const counts: Readonly<Record<Crowd, number>> = { many: watchers, few: Math.min(FEW, watchers) };
  const taking = (["many", "few"] as const).filter((name) => options.contenders?.includes(name) ?? true);
  if (taking.length === 0) return [];
  await checkOpenFiles(watchers);
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const meter = await startWireMeter(Number(new URL(url).port));
  const turns: Record<Crowd, Turn[]> = { many: [], few: [] };
  try {
    const database = await freshDatabase(admin, url, "bench_watchers");
    const sql = postgres(database, { max: 1, onnotice: () => {} });
    try {
      const show = { ...(await openShow(database)), url: database, admin: sql, meter };
      for (let round = 1; round <= rounds; round++) {
        for (const crowd of taking) {
          onProgress(
            `watchers: round ${round} of ${rounds}, ${counts[crowd].toLocaleString("en-US")} subscribers`,
          );
          turns[crowd].push(await takeTurn(show, counts[crowd], options.seconds));
        }
      }
    } finally {
      await sql.end();
    }
    const findings = (await verify({ url: database })).map(({ message }) => message);
    return taking.map((crowd) => ({
      scenario: "watchers",
      contender: crowd,
      callers: counts[crowd],
      median: medians(turns[crowd].map(({ figures }) => figures)),
      rounds: turns[crowd].map(({ figures }) => figures),
      costs: undefined,
      wrong: [...turns[crowd].flatMap(({ wrong }) => wrong), ...findings],
    }));
  } finally {
    await meter.close();
    await admin.end();
  }
}

async function openShow(url: string): Promise<Pick<Show, "showId" | "seatIds">> {
  const house = createHouse(SEATS);
  const office = await holdfastSeats.setUp({ url, buyers: 0, balance: 1 });
  const showId = await office.openShow(house);
  await office.close();
  return { showId, seatIds: house.seats.map(({ id }) => id) };
}

interface Turn {
  readonly figures: Figures;
  readonly wrong: readonly string[];
}

async function takeTurn(show: Show, watchers: number, seconds: number): Promise<Turn> {
  const { showId, url, admin, meter } = show;
  const { secret, token } = await createToken();
  const metered = new URL(url);
  metered.port = String(meter.port);
  const server = await startServing({ served: "holdfast", databaseUrl: metered.href, secret });
  const watching = startProcess("watch-process");
  const changing = startProcess("change-process");
  const tellWatchers = <T>(order: WatchOrder): Promise<T> => watching.ask<T>(order);
  const tellChanger = <T>(order: ChangeOrder): Promise<T> => changing.ask<T>(order);
  try {
    // A seat that an earlier turn left held is not asked for again.
    const taken = await admin<{ id: string }[]>`select id from holdfast.seats where status <> 'free'`;
    const isTaken = new Set(taken.map(({ id }) => id));
    const seatIds = show.seatIds.filter((id) => !isTaken.has(id));
    await tellChanger({ type: "open", databaseUrl: url, showId, seatIds });
    const since = await versionOf(admin, showId);
    await tellWatchers({ type: "connect", port: server.port, token, showId, since, watchers });
    await tellChanger({ type: "change", perSecond: CHANGES_PER_SECOND, seconds: warmUpSecondsOf(seconds) });

    const marked = await tellWatchers<WatchMark>({ type: "mark" });
    const before = { ...(await readProcess(server.pid)), statements: meter.statements };
    const changed = await tellChanger<ChangeReport>({
      type: "change",
      perSecond: CHANGES_PER_SECOND,
      seconds,
    });
    const after = { ...(await readProcess(server.pid)), statements: meter.statements };
    const told = await tellWatchers<WatchReport>({ type: "finish", committed: changed.committed });

    const versions = changed.committed.timesMs.length;
    const expected = versions * watchers;
    return {
      figures: {
        operationsPerSecond: versions / changed.seconds,
        p50Ms: told.p50Ms,
        p99Ms: told.p99Ms,
        p999Ms: told.p999Ms,
        maxMs: told.maxMs,
        postgresCpuUs: undefined,
        nodeCpuUs: undefined,
        walBytes: undefined,
        // Whoever tells late tells fewer a second.
        eventsPerSecond: told.pairs / ((told.lastHeardMs - changed.startedMs) / 1_000),
        bytesAnEvent: (told.bytes - marked.bytes) / (told.events - marked.events),
        queriesPerSecond: (after.statements - before.statements) / changed.seconds,
        serverCpuPercent:
          after.cpuMs === undefined || before.cpuMs === undefined
            ? undefined
            : (after.cpuMs - before.cpuMs) / (changed.seconds * 10),
        ...(after.residentBytes === undefined ? {} : { serverMemoryBytes: after.residentBytes }),
      },
      wrong: [
        ...told.wrong,
        ...(told.pairs === expected
          ? []
          : [`${told.pairs} of ${expected} pairs of subscriber and version were told`]),
      ],
    };
  } finally {
    await changing.end();
    await watching.end();
    await server.stop();
  }
}

async function versionOf(admin: postgres.Sql, showId: string): Promise<number> {
  const [row] = await admin<{ version: string }[]>`
    select version::text from holdfast.shows where id = ${showId}`;
  return Number(row?.version);
}
