import { verify } from "@holdfast/db";
import type { Plant } from "@holdfast/torture/bundle";
import { listProcedures } from "./generate/procedures.ts";
import { Judge } from "./judge.ts";
import { type Report, Tally } from "./report.ts";
import { runLane, theEnd } from "./run-lane.ts";
import { watchHealth } from "./watch-health.ts";
import { createLane } from "./world/lane.ts";
import { createWorld, type World } from "./world/world.ts";

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** Repeats this request alone, after those that its lane had sent before. */
  readonly only?: number | undefined;
  readonly plant?: Plant | undefined;
  /** Whether a process that is silent for seconds is a finding: not where other work on the machine makes it so. */
  readonly timed?: boolean | undefined;
  /** Ends the run at so many findings. */
  readonly enough?: number | undefined;
  readonly onProgress: (message: string) => void;
}

const LANES = 12;
/** The first tenant that requests are sent for; the demo has the first of all. */
const FIRST_TENANT = 11;
/** A tenant that no request may touch: its ids are known to all lanes, and its data to nobody. */
const STRANGER = 10;
const TELL_EVERY_MS = 500;

/** Sends hostile requests to a server of its own and judges every answer, every row and the process. */
export async function fuzz(options: FuzzOptions): Promise<Report> {
  const { seed, only, plant, timed = true, enough = 10, onProgress } = options;
  const count = only === undefined ? options.requests : only + 1;
  const lanes = Math.min(LANES, count);
  const tenants = Array.from({ length: lanes }, (_, at) => FIRST_TENANT + at);
  const world = await createWorld({ tenants: [STRANGER, ...tenants], plant, onProgress });
  const onSignal = (): void => void world.close().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, onSignal);
  const tally = new Tally({ seed, plant: plant?.name });
  try {
    onProgress("opening wallets, shows and conversations");
    const stranger = await createLane(world, STRANGER);
    await stranger.stock.open();
    await world.audit.takeOthers(tenants);
    const procedures = listProcedures();
    const document = await openApiOf(world);
    const judge = new Judge({ world, procedures, strangers: stranger.stock });
    const isOver = (): boolean => world.server.exit !== undefined || tally.findings.length >= enough;
    const health = watchHealth(world.server, { timed, onFinding: (finding) => tally.blame(finding) });
    const startedAtMs = performance.now();
    const telling = setInterval(() => onProgress(tally.progress(count)), TELL_EVERY_MS);

    const { known: strangers } = stranger.stock;
    const run = { world, judge, tally, seed, procedures, document, strangers, isOver };
    const counts = (index: number): boolean => only === undefined || index === only;
    const chosen = only === undefined ? tenants.map((_, at) => at) : [only % lanes];
    const running = chosen.map(async (at) => {
      const lane = await createLane(world, FIRST_TENANT + at);
      await runLane(lane, every(lanes, at, count), counts, run);
    });
    await Promise.all(running).finally(() => clearInterval(telling));
    tally.took(performance.now() - startedAtMs);
    await health.stop();
    onProgress("checking what is left");
    for (const finding of await judge.judgeEnd(tenants)) tally.blame(finding);
    if (world.server.exit !== undefined && tally.findings.length === 0) tally.blame(theEnd(world));
    if (world.server.exit === undefined)
      for (const { table, row, message } of await verify({ url: world.databaseUrl }))
        tally.blame({ rule: "the tables are right at the end", message: `${table} ${row}: ${message}` });
    return tally.report({ procedures, health: health.seen });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
    await world.close();
  }
}

/** Every so many-th number below `end`, from `first` on. */
function* every(step: number, first: number, end: number): Generator<number> {
  for (let index = first; index < end; index += step) yield index;
}

/** What the server says of its own routes, where it does. */
async function openApiOf({ server }: World): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${server.port}/v1/openapi.json`);
  return response.ok ? response.json() : {};
}
