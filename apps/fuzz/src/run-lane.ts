import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { hintsOf } from "./generate/hints.ts";
import type { Known } from "./generate/known.ts";
import type { Procedure } from "./generate/procedures.ts";
import type { FuzzRequest } from "./generate/request.ts";
import { requestsOf } from "./generate/requests.ts";
import { routesOf } from "./generate/routes.ts";
import type { Judge } from "./judge.ts";
import type { Finding } from "./oracles/finding.ts";
import type { Tally } from "./report.ts";
import { type Exchange, exchange } from "./wire/exchange.ts";
import type { Lane } from "./world/lane.ts";
import type { World } from "./world/world.ts";

export interface LaneRun {
  readonly world: World;
  readonly judge: Judge;
  readonly tally: Tally;
  readonly seed: number;
  readonly procedures: readonly Procedure[];
  /** The OpenAPI document of the server's other routes, if it has one. */
  readonly document: unknown;
  /** What a tenant was told that no request is sent for. */
  readonly strangers: Known;
  isOver(): boolean;
}

/** So often what requests use up is made anew. */
const RENEW_EVERY = 300;
/** One admin verifies at a time, and twelve lanes on a slow machine may wait longer than it lets them. */
const TIMES_BACK = 3;
const BACK_AFTER_MS = 5_000;
/** The end of a process is heard of a moment after the end of its connections. */
const EXIT_MS = 300;

/** Sends the requests with these indices, one after the other; those that `counts` says are judged. */
export async function runLane(
  lane: Lane,
  indices: Iterable<number>,
  counts: (index: number) => boolean,
  run: LaneRun,
): Promise<void> {
  const { world, judge, tally, seed, isOver } = run;
  await lane.stock.open();
  const requests = requestsOfLane(lane, run);
  let sent = 0;
  for (const index of indices) {
    if (isOver()) return;
    if (sent > 0 && sent % RENEW_EVERY === 0) await renew(lane, world);
    sent++;
    const request = requestAt(requests, seed, index);
    await world.audit.take(lane.tenantId);
    const answer = await ask(world, request);
    const findings = (await hasEnded(world, answer))
      ? [theEnd(world)]
      : await judge.judge(lane, request, answer);
    if (counts(index)) tally.add(index, request, answer, findings);
  }
}

/** Whoever is told that the server has too much to do comes back, as it says; who is told so again and again is answered so. */
async function ask({ server }: World, request: FuzzRequest): Promise<Exchange> {
  for (let more = TIMES_BACK; ; more--) {
    const answer = await exchange(server.port, request);
    const isBusy = answer.responses.some(({ body }) => body.includes('"code":"OVERLOADED"'));
    if (!isBusy || more === 0) return answer;
    await pause(BACK_AFTER_MS);
  }
}

function requestsOfLane(lane: Lane, { procedures, document, strangers }: LaneRun): fc.Arbitrary<FuzzRequest> {
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

/** A process that another lane's request has ended makes nothing new. */
async function renew(lane: Lane, world: World): Promise<void> {
  try {
    await lane.stock.renew();
  } catch (error) {
    if (!(await hasEnded(world, { end: "closed", responses: [] }))) throw error;
  }
}

async function hasEnded({ server }: World, { end, responses }: Exchange): Promise<boolean> {
  if (end === "closed" && responses.length === 0) await server.ends(EXIT_MS);
  return server.exit !== undefined;
}

export function theEnd({ server }: World): Finding {
  return { rule: "the process lives", message: `it ended (${server.exit}):\n${server.log.slice(-2_000)}` };
}
