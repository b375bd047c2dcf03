import { verify } from "@holdfast/db";
import type { Plant } from "@holdfast/torture/bundle";
import fc from "fast-check";
import { hintsOf } from "./generate/hints.ts";
import type { Known } from "./generate/known.ts";
import { listProcedures } from "./generate/procedures.ts";
import type { FuzzRequest } from "./generate/request.ts";
import { requestsOf } from "./generate/requests.ts";
import { routesOf } from "./generate/routes.ts";
import { Judge } from "./judge.ts";
import { type Report, Tally } from "./report.ts";
import { watchHealth } from "./watch-health.ts";
import { exchange } from "./wire/exchange.ts";
import { createLane, type Lane } from "./world/lane.ts";
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
const RENEW_EVERY = 300;
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
    const source = { procedures, document, strangers: stranger.stock.known };
    const isOver = (): boolean => world.server.exit !== undefined || tally.findings.length >= enough;
    const health = watchHealth(world.server, { timed, onFinding: (finding) => tally.blame(finding) });
    const startedAtMs = performance.now();
    const telling = setInterval(() => onProgress(tally.progress(count)), TELL_EVERY_MS);

    const runLane = async (at: number): Promise<void> => {
      const lane = await createLane(world, FIRST_TENANT + at);
      await lane.stock.open();
      const requests = requestsOfLane(lane, source);
      for (let index = at, sent = 0; index < count && !isOver(); index += lanes, sent++) {
        if (sent > 0 && sent % RENEW_EVERY === 0) await lane.stock.renew();
        const request = requestAt(requests, seed, index);
        if (only === undefined || index === only || index % lanes === only % lanes)
          await send(lane, request, index, only === undefined || index === only);
      }
    };
    const send = async (lane: Lane, request: FuzzRequest, index: number, counts: boolean): Promise<void> => {
      await world.audit.take(lane.tenantId);
      const answer = await exchange(world.server.port, request);
      const findings = world.server.exit === undefined ? await judge.judge(lane, request, answer) : [];
      if (world.server.exit !== undefined)
        findings.push({
          rule: "the process lives",
          message: `it ended (${world.server.exit}):\n${world.server.log.slice(-2_000)}`,
        });
      if (counts) tally.add(index, request, answer, findings);
    };
    const chosen = only === undefined ? tenants.map((_, at) => at) : [only % lanes];
    await Promise.all(chosen.map(runLane)).finally(() => clearInterval(telling));
    tally.took(performance.now() - startedAtMs);
    await health.stop();
    onProgress("checking what is left");
    for (const finding of await judge.judgeEnd(tenants)) tally.blame(finding);
    if (world.server.exit === undefined)
      for (const { table, row, message } of await verify({ url: world.databaseUrl }))
        tally.blame({ rule: "the tables are right at the end", message: `${table} ${row}: ${message}` });
    return tally.report({ procedures, health: health.seen });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
    await world.close();
  }
}

interface Source {
  readonly procedures: ReturnType<typeof listProcedures>;
  readonly document: unknown;
  readonly strangers: Known;
}

function requestsOfLane(lane: Lane, { procedures, document, strangers }: Source): fc.Arbitrary<FuzzRequest> {
  const { known, recordings } = lane.stock;
  const hint = hintsOf(known, strangers);
  const { authorizationOf } = lane;
  return requestsOf({ procedures, routes: routesOf(document, hint), hint, authorizationOf, recordings });
}

/** The request of an index depends on the seed and on what its lane was told before, and on nothing else. */
function requestAt(requests: fc.Arbitrary<FuzzRequest>, seed: number, index: number): FuzzRequest {
  const [request] = fc.sample(requests, {
    seed: Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b),
    numRuns: 1,
  });
  return request as FuzzRequest;
}

/** What the server says of its own routes, where it does. */
async function openApiOf({ server }: World): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${server.port}/v1/openapi.json`);
  return response.ok ? response.json() : {};
}
