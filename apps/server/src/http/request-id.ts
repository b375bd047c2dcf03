import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";

const HEADER = "x-request-id";
/** What proxies and clients make: a UUID, a trace's id, a word of theirs. It goes into the log and into headers as it is. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{7,127}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** The name of a request in logs and answers: what the caller gave it, else its trace's id, else one of ours. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const { [HEADER]: given, traceparent } = headers;
  if (typeof given === "string" && WELL_FORMED.test(given)) return given;
  const traceId = typeof traceparent === "string" ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return traceId ?? randomUUID();
}

/** Tells each caller the name of the request, so that they can report it. */
export function addRequestId(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header(HEADER, request.id);
    done();
  });
}
