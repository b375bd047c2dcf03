import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import {
  badRequest,
  isUnknownFault,
  PROBLEM_TYPE,
  problem,
  REST_PREFIX,
  responseHeaders,
  toHoldfastError,
  wireError,
} from "@holdfast/api";
import { HoldfastError } from "@holdfast/db";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { ReportFault } from "../faults.ts";

/** Answers with an error of the table: as a problem of RFC 9457 below /v1, elsewhere in the form that tRPC's clients read. */
export function sendError(reply: FastifyReply, error: HoldfastError, path?: string): FastifyReply {
  reply.code(error.status).headers(responseHeaders([error]));
  if (reply.request.url.startsWith(`${REST_PREFIX}/`)) {
    if (error.replayed) reply.header("idempotent-replayed", "true");
    // A buffer, because to a text Fastify adds a charset, which JSON has none of.
    return reply.type(PROBLEM_TYPE).send(Buffer.from(JSON.stringify(problem(error))));
  }
  return reply.type("application/json").send(JSON.stringify({ error: wireError(error, path) }));
}

/** What Fastify refuses before a handler runs, and what a handler throws, as a row of the table. */
function fromHttp(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const { statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return toHoldfastError(error);
  if (statusCode === 413 || statusCode === 414) return new HoldfastError("PAYLOAD_TOO_LARGE", {});
  if (statusCode === 415) return badRequest("the content type must be application/json");
  if (statusCode === 403 || statusCode === 404) return new HoldfastError("NOT_FOUND", { what: "route" });
  return badRequest("the request is not valid");
}

export function createErrorHandler(reportFault: ReportFault) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const known = fromHttp(error);
    if (known.code === "INTERNAL" && "id" in known.details && isUnknownFault(error)) {
      reportFault(error, known.details.id);
    }
    sendError(reply, known, procedurePath(request));
  };
}

/** The `:path` of the tRPC route, when that is what was asked for. */
function procedurePath(request: FastifyRequest): string | undefined {
  const { params } = request;
  if (typeof params !== "object" || params === null || !("path" in params)) return undefined;
  return typeof params.path === "string" ? params.path : undefined;
}

function unparsable(code: string | undefined): HoldfastError {
  if (code === "HPE_HEADER_OVERFLOW") return new HoldfastError("PAYLOAD_TOO_LARGE", {});
  // It was sent more slowly than the server waits for.
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new HoldfastError("TIMEOUT", { outcome: "not_started" });
  return badRequest("the request is not valid HTTP");
}

/** What Node's HTTP parser refuses never reaches Fastify; it is answered on the bare socket. */
export function answerUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = unparsable(error.code);
  const body = JSON.stringify({ error: wireError(refusal) });
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
