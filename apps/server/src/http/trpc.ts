import {
  type Answers,
  appRouter,
  badRequest,
  type CallEnded,
  type Context,
  isUnknownFault,
  type Limits,
  parseJson,
  responseHeaders,
  toHoldfastError,
  within,
} from "@holdfast/api";
import { type Db, HoldfastError } from "@holdfast/db";
import type { TRPCError } from "@trpc/server";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Authenticate } from "../auth/authenticate.ts";
import type { ReportFault } from "../faults.ts";
import type { Door } from "../limits/door.ts";
import type { Strangers } from "../limits/strangers.ts";
import { answerPlainCalls, type Host } from "./answer-plain-calls.ts";
import { answerSubscription, readSubscription } from "./answer-subscription.ts";
import { limitBodies } from "./body-deadline.ts";
import { DEADLINE_HEADER, remainingMs } from "./deadline.ts";
import { arrivalOf } from "./front.ts";
import { acceptJsonBody, IMPORT_LIMIT_BYTES, JsonBody } from "./json-body.ts";
import { isProcedure, readPlainCalls } from "./plain-calls.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The earliest moment, of `performance.now()`, at which the request can have arrived. */
    arrivedMs: number;
  }
}

/** Without a limit one HTTP request runs as many calls as its URL has room for: 800, measured. */
const MAX_CALLS_A_REQUEST = 100;

/** Of others some can't even be put into the web Request that tRPC's adapter works on. */
const METHODS = new Set(["GET", "HEAD", "POST"]);

/** The crowd inside is not served evenly. */
const MARGIN = 1.25;

export interface TrpcOptions {
  readonly db: Db;
  readonly authenticate: Authenticate;
  /** Undefined where answers are generated elsewhere. */
  readonly answers?: Answers;
  /** Undefined where nothing is limited. */
  readonly limits?: Limits;
  readonly strangers?: Strangers;
  readonly door?: Pick<Door, "leave" | "expectedMs">;
  readonly callDeadlineMs: number;
  readonly reportFault: ReportFault;
  /** How long a subscriber may leave unread what it was sent, in milliseconds. Default 30,000. */
  readonly unreadMs?: number;
  /** Told of each call when it was answered, and of the request that it came with. */
  readonly onCall?: ((ended: CallEnded, requestId: string) => void) | undefined;
}

export type TrpcRequest = FastifyRequest<{ Params: { path: string } }>;

/** How a request is answered: by the short way, or by tRPC's own adapter. */
export type Answer = (request: TrpcRequest, reply: FastifyReply, host: Host) => Promise<FastifyReply>;

/**
 * tRPC below the prefix that it is registered with. Plain calls and subscriptions take a short way; what is left is for tRPC's adapter.
 * `answer` lets a test and a benchmark compare the two.
 */
export function trpcRoutes(options: TrpcOptions, answer: Answer = answerEither) {
  return async (app: FastifyInstance): Promise<void> => {
    acceptJsonBody(app);
    recordArrivals(app);
    limitBodies(app, options.callDeadlineMs);
    app.addHook("onSend", (_request, _reply, payload, done) => {
      sayJson(payload);
      done();
    });
    const handle = (request: TrpcRequest, reply: FastifyReply) => {
      if (!METHODS.has(request.method)) throw badRequest("mutations take POST, queries take GET");
      refuseWideBatch(request.params.path);
      return answer(request, reply, {
        createContext: () => createContext(options, request),
        unreadMs: options.unreadMs,
        onStream: () => options.door?.leave(reply.raw),
        onError: (error) => report(error, options),
      });
    };
    app.all("/:path", handle);
    app.post("/:path(^conversations[.]importJson$)", { bodyLimit: IMPORT_LIMIT_BYTES }, handle);
  };
}

/** tRPC's adapter answers in JSON to what never became a call as well, but leaves it to the web's Response to say what that is. */
function sayJson(payload: unknown): void {
  if (!(payload instanceof Response) || !payload.headers.get("content-type")?.startsWith("text/plain"))
    return;
  payload.headers.set("content-type", "application/json");
}

/** Tells the log of a fault that nothing in the table describes. */
export function report(error: TRPCError, { reportFault }: TrpcOptions): void {
  const known = toHoldfastError(error);
  if ("id" in known.details && isUnknownFault(error)) reportFault(error, known.details.id);
}

/** Once an app: whoever is registered below one that does so already sees what it has seen. */
export function recordArrivals(app: FastifyInstance): void {
  if (app.hasRequestDecorator("arrivedMs")) return;
  app.decorateRequest("arrivedMs", 0);
  app.addHook("onRequest", (request, _reply, done) => {
    request.arrivedMs = arrivalOf(request.raw);
    done();
  });
}

function answerEither(request: TrpcRequest, reply: FastifyReply, host: Host): Promise<FastifyReply> {
  const plain = readPlainCalls(request);
  if (plain !== undefined) return answerPlainCalls(plain, reply, host);
  const subscription = readSubscription(request);
  if (subscription !== undefined) return answerSubscription(subscription, reply, host);
  return answerByAdapter(request, reply, host);
}

/** tRPC's own adapter: it takes everything, and several times as long. */
export async function answerByAdapter(
  request: TrpcRequest,
  reply: FastifyReply,
  { createContext, onError, onStream }: Host,
): Promise<FastifyReply> {
  if (request.method === "GET") parseQueryInput(request.url);
  if (isProcedure(request.params.path, "subscription")) onStream();
  if (request.body instanceof JsonBody) request.body = request.body.text;
  await fastifyRequestHandler({
    router: appRouter,
    req: request,
    res: reply,
    path: request.params.path,
    createContext,
    responseMeta: ({ errors }) => ({
      headers: new Headers(responseHeaders(errors.map(toHoldfastError))),
    }),
    onError: ({ error }) => onError(error),
  });
  return reply;
}

/** Looking the caller up counts towards the deadline: a database that is slow there is slow for the call, too. */
export async function createContext(
  { db, authenticate, answers, callDeadlineMs, limits, strangers, door, onCall }: TrpcOptions,
  request: FastifyRequest,
): Promise<Context> {
  const remaining = () =>
    remainingMs(request.headers[DEADLINE_HEADER], callDeadlineMs, performance.now() - request.arrivedMs);
  // What would be late is not begun.
  if (door !== undefined && door.expectedMs * MARGIN > remaining())
    throw new HoldfastError("OVERLOADED", { retryAfterSeconds: 1 });
  const { authorization } = request.headers;
  const accepted = strangers?.admit(request.ip, authorization);
  const found = authenticate(authorization);
  const principal = found instanceof Promise ? await within(remaining(), found) : found;
  if (principal !== undefined) accepted?.();
  return {
    db,
    principal,
    authenticateAgain: async () => authenticate(authorization),
    answers,
    limits,
    deadlineMs: remaining(),
    onCall: onCall && ((ended) => onCall(ended, request.id)),
  };
}

function refuseWideBatch(path: string): void {
  let calls = 1;
  for (let at = path.indexOf(","); at !== -1; at = path.indexOf(",", at + 1)) calls += 1;
  if (calls > MAX_CALLS_A_REQUEST) throw new HoldfastError("PAYLOAD_TOO_LARGE", {});
}

/** A query's input gets the same strict reading as a body; tRPC itself would take the first of two. */
function parseQueryInput(url: string): void {
  const query = url.indexOf("?");
  if (query === -1) return;
  const inputs = new URLSearchParams(url.slice(query + 1)).getAll("input");
  if (inputs.length > 1) throw badRequest("the query has more than one input");
  if (inputs[0]) parseJson(inputs[0]);
}
