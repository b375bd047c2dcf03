import {
  type Answers,
  appRouter,
  badRequest,
  type CallEnded,
  type Context,
  isUnknownFault,
  parseJson,
  responseHeaders,
  toHoldfastError,
  within,
} from "@holdfast/api";
import { type Db, HoldfastError } from "@holdfast/db";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Authenticate } from "../auth/authenticate.ts";
import type { ReportFault } from "../faults.ts";
import { answerPlainCalls, type Host } from "./answer-plain-calls.ts";
import { answerSubscription, readSubscription } from "./answer-subscription.ts";
import { watchArrivals } from "./arrivals.ts";
import { DEADLINE_HEADER, remainingMs } from "./deadline.ts";
import { acceptJsonBody, IMPORT_LIMIT_BYTES, JsonBody } from "./json-body.ts";
import { readPlainCalls } from "./plain-calls.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The earliest moment, of `performance.now()`, at which the request can have arrived. */
    arrivedMs: number;
  }
}

/** Without a limit one HTTP request runs as many calls as its URL has room for: 800, measured. */
const MAX_CALLS_A_REQUEST = 100;

export interface TrpcOptions {
  readonly db: Db;
  readonly authenticate: Authenticate;
  /** Undefined where answers are generated elsewhere. */
  readonly answers?: Answers;
  readonly callDeadlineMs: number;
  readonly reportFault: ReportFault;
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
    decorateWithArrival(app);
    const handle = (request: TrpcRequest, reply: FastifyReply) => {
      refuseWideBatch(request.params.path);
      return answer(request, reply, {
        createContext: () => createContext(options, request),
        onError: (error) => {
          const known = toHoldfastError(error);
          if ("id" in known.details && isUnknownFault(error)) options.reportFault(error, known.details.id);
        },
      });
    };
    app.all("/:path", handle);
    app.post("/:path(^conversations[.]importJson$)", { bodyLimit: IMPORT_LIMIT_BYTES }, handle);
  };
}

function decorateWithArrival(app: FastifyInstance): void {
  const arrivals = watchArrivals();
  const connectedMs = new WeakMap<object, number>();
  app.server.on("connection", (socket) => connectedMs.set(socket, arrivals.connectionMs()));
  app.decorateRequest("arrivedMs", 0);
  app.addHook("onRequest", (request, _reply, done) => {
    const { socket } = request.raw;
    request.arrivedMs = connectedMs.get(socket) ?? arrivals.requestMs();
    // Only the first request can have come with its connection.
    connectedMs.delete(socket);
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
  { createContext, onError }: Host,
): Promise<FastifyReply> {
  if (request.method === "GET") parseQueryInput(request.url);
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
async function createContext(
  { db, authenticate, answers, callDeadlineMs, onCall }: TrpcOptions,
  request: FastifyRequest,
): Promise<Context> {
  const remaining = () =>
    remainingMs(request.headers[DEADLINE_HEADER], callDeadlineMs, performance.now() - request.arrivedMs);
  const authenticateAgain = () => authenticate(request.headers.authorization);
  const principal = await within(remaining(), authenticateAgain());
  return {
    ...{ db, principal, authenticateAgain, answers, deadlineMs: remaining() },
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
