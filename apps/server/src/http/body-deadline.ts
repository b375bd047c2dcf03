import { HoldfastError } from "@holdfast/db";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { DEADLINE_HEADER, remainingMs } from "./deadline.ts";
import { sendError } from "./errors.ts";

/**
 * A call's time runs from its arrival, so it runs while its body comes, too: what has not come whole by the deadline is answered
 * TIMEOUT, and the connection ended. Fastify's own `handlerTimeout` begins when the body is there.
 */
export function limitBodies(app: FastifyInstance, callDeadlineMs: number): void {
  app.addHook("preParsing", (request, reply, payload, done) => {
    // Most bodies come with their headers, and are there when those have been looked at.
    setImmediate(watchBody, request, reply, callDeadlineMs);
    done(null, payload);
  });
}

function watchBody(request: FastifyRequest, reply: FastifyReply, callDeadlineMs: number): void {
  const { raw } = request;
  const leftMs = raw.complete ? undefined : timeFor(request, callDeadlineMs);
  if (leftMs === undefined) return;
  const late = setTimeout(() => {
    if (raw.complete || reply.sent) return;
    reply.header("connection", "close");
    sendError(reply, new HoldfastError("TIMEOUT", { outcome: "not_started" }));
  }, leftMs);
  raw.once("end", () => clearTimeout(late)).once("close", () => clearTimeout(late));
}

/** Undefined for a deadline that is not valid, which is told when the call is. */
function timeFor(request: FastifyRequest, callDeadlineMs: number): number | undefined {
  try {
    const passedMs = performance.now() - request.arrivedMs;
    return remainingMs(request.headers[DEADLINE_HEADER], callDeadlineMs, passedMs);
  } catch {
    return undefined;
  }
}
