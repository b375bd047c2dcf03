import type { IncomingMessage, ServerResponse } from "node:http";
import { responseHeaders, wireError } from "@holdfast/api";
import { HoldfastError } from "@holdfast/db";

export type Refuse = (request: IncomingMessage, response: ServerResponse) => void;

const RETRY_AFTER_SECONDS = 1;

/**
 * OVERLOADED, written once for all: a refusal that is put together anew takes from those who are let in. While draining it ends
 * the connection, as every other answer does; pages of `corsOrigins` may read it.
 */
export function createRefusal(isDraining: () => boolean, corsOrigins: readonly string[]): Refuse {
  const error = new HoldfastError("OVERLOADED", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  const body = Buffer.from(JSON.stringify({ error: wireError(error) }));
  const headers = Object.entries({
    ...responseHeaders([error]),
    "content-type": "application/json",
    "content-length": `${body.length}`,
    "x-content-type-options": "nosniff",
  }).flat();
  const crossHeaders = new Map(
    corsOrigins.map((origin) => [
      origin,
      [
        ...headers,
        "access-control-allow-origin",
        origin,
        "access-control-expose-headers",
        "retry-after",
        "vary",
        "origin",
      ],
    ]),
  );
  return (request, response) => {
    // Node would write a date for every answer.
    response.sendDate = false;
    if (isDraining()) response.shouldKeepAlive = false;
    const origin = crossHeaders.size > 0 ? request.headers.origin : undefined;
    response.writeHead(error.status, crossHeaders.get(origin ?? "") ?? headers);
    response.end(body);
  };
}
