import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    span: Span | undefined;
  }
}

/** Probes, metrics and the console's files are read all day and tell nothing. */
const CALLS = /^\/(trpc|v1)\//;

const tracer = trace.getTracer("@holdfast/server");

/** A span for every request that calls something, part of the caller's trace when it sends a `traceparent`. */
export function addTraces(app: FastifyInstance): void {
  app.decorateRequest("span", undefined);
  app.addHook("onRequest", (request, reply, done) => {
    const route = request.routeOptions.url ?? "";
    if (!CALLS.test(route)) return done();
    const { method } = request;
    // The route and not the address: a query's input is in the address.
    const attributes = { "http.request.method": method, "http.route": route, "holdfast.request": request.id };
    const from = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, from);
    request.span = span;
    reply.raw.once("close", () => {
      const { statusCode } = reply.raw;
      span.setAttribute("http.response.status_code", statusCode);
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    done();
  });
  // Not before: a body arrives in events of the socket, which know nothing of the request that they are part of.
  app.addHook("preHandler", (request, _reply, done) => {
    if (request.span === undefined) done();
    else context.with(trace.setSpan(ROOT_CONTEXT, request.span), done);
  });
}
