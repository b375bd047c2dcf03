import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Door } from "../limits/door.ts";
import { watchArrivals } from "./arrivals.ts";

/** A client that sends its request more slowly than this is not one of ours: first its headers, then all of it. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for those. */
const LOOK_EVERY_MS = 2_000;
/** Longer than the idle time of common load balancers, so that they close a connection first and lose no request. */
const KEEP_ALIVE_MS = 72_000;
/** A connection on which nothing moves for so long has lost its other end, or somebody who does not read. */
const IDLE_MS = 75_000;

/** A request that came with its connection is found at the next look after it; one more, to be on the safe side. */
const LOOKS_FOR_A_FIRST_REQUEST = 3;

const ARRIVED = Symbol("arrived");
type Arrived = IncomingMessage & { [ARRIVED]?: number };

/** The earliest moment, of `performance.now()`, at which a request can have arrived; now for one that came by no connection. */
export function arrivalOf(request: IncomingMessage): number {
  return (request as Arrived)[ARRIVED] ?? performance.now();
}

/** Node's HTTP server in front of the door, with limits for whoever is slow. */
export function createFront(door: Door, maxConnections: number): Server {
  const arrivals = watchArrivals();
  const connectedMs = new WeakMap<object, number>();
  const timeouts = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  };
  const server = createServer(timeouts, (request: Arrived, response) => {
    const { socket } = request;
    request[ARRIVED] = connectedMs.get(socket) ?? arrivals.requestMs();
    // Only the first request can have come with its connection.
    connectedMs.delete(socket);
    door.knock(request, response);
  });
  server.setTimeout(IDLE_MS);
  server.maxConnections = maxConnections;
  server.on("connection", (socket) => {
    connectedMs.set(socket, arrivals.connectionMs());
    // What is found later than that came later: many clients connect long before they have something to ask.
    afterLooks(LOOKS_FOR_A_FIRST_REQUEST, () => connectedMs.delete(socket));
  });
  server.on("close", () => door.close());
  return server;
}

function afterLooks(looks: number, then: () => void): void {
  if (looks === 0) then();
  else setImmediate(afterLooks, looks - 1, then);
}
