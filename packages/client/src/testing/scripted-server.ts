import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WireError, wireError } from "@holdfast/api";
import { type ErrorCode, type ErrorDetails, HoldfastError } from "@holdfast/db";

/** One HTTP request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly paths: readonly string[];
  /** One input a path. */
  readonly inputs: readonly Record<string, unknown>[];
  readonly headers: IncomingMessage["headers"];
  readonly batched: boolean;
  /** By `performance.now()`. */
  readonly atMs: number;
}

/** What the server does with one request. */
export type Step = (response: ServerResponse, seen: Seen) => void;

export interface ScriptedServer {
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly seen: Seen[];
  /** Answers the next requests, one step each; then `otherwise`. */
  script(...steps: Step[]): void;
  otherwise(step: Step): void;
  close(): Promise<void>;
}

/** A server on the loopback that does what it is told: for what no real server does on demand. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  let steps: Step[] = [];
  let last: Step = answer({});
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const arrived = read(request, Buffer.concat(chunks).toString());
      seen.push(arrived);
      (steps.shift() ?? last)(response, arrived);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    script: (...next) => {
      steps = next;
    },
    otherwise: (step) => {
      last = step;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function read(request: IncomingMessage, body: string): Seen {
  const url = new URL(request.url ?? "", "http://server");
  const batched = url.searchParams.has("batch");
  const json = JSON.parse(body || (url.searchParams.get("input") ?? "{}")) as Record<string, unknown>;
  const paths = url.pathname.replace("/trpc/", "").split(",");
  return {
    method: request.method ?? "",
    paths,
    inputs: paths.map((_, index) => (batched ? (json[index] ?? {}) : json) as Record<string, unknown>),
    headers: request.headers,
    batched,
    atMs: performance.now(),
  };
}

/** The same success for every call of the request; a function may look at each input. */
export function answer(data: unknown | ((input: Record<string, unknown>) => unknown)): Step {
  return items((input) => ({ result: { data: typeof data === "function" ? data(input) : data } }));
}

/** An error of the table, as the real server puts it. */
export function refuse<C extends ErrorCode>(
  code: C,
  details: ErrorDetails[C],
  headers: Record<string, string> = {},
): Step {
  const error: WireError = wireError(new HoldfastError(code, details));
  return items(() => ({ error }), error.data.httpStatus, headers);
}

/** A reply that is not Holdfast's. */
export function reply(status: number, body: string, headers: Record<string, string> = {}): Step {
  return (response) => response.writeHead(status, headers).end(body);
}

/** The connection ends without a reply. */
export const drop: Step = (response) => response.destroy();

/** The connection ends in the middle of a reply. */
export const cut: Step = (response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write('{"result":', () => response.destroy());
};

/** No reply, ever. */
export const hang: Step = () => {};

function items(
  item: (input: Record<string, unknown>) => unknown,
  status = 200,
  headers: Record<string, string> = {},
): Step {
  return (response, { inputs, batched }) => {
    const body = inputs.map(item);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(batched ? body : body[0]));
  };
}
