import {
  appRouter,
  badRequest,
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
import { DEADLINE_HEADER, remainingMs } from "./deadline.ts";
import { acceptJsonText } from "./json-body.ts";

/** Without a limit one HTTP request runs as many calls as its URL has room for: 800, measured. */
const MAX_CALLS_A_REQUEST = 100;

export interface TrpcOptions {
  readonly db: Db;
  readonly authenticate: Authenticate;
  readonly callDeadlineMs: number;
  readonly reportFault: ReportFault;
}

type TrpcRequest = FastifyRequest<{ Params: { path: string } }>;

/** tRPC below the prefix that it is registered with, through the stock handler but with our own reading of bodies. */
export function trpcRoutes(options: TrpcOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    acceptJsonText(app);
    app.all("/:path", async (request: TrpcRequest, reply) => {
      refuseWideBatch(request.params.path);
      if (request.method === "GET") parseQueryInput(request.url);
      await fastifyRequestHandler({
        router: appRouter,
        req: request,
        res: reply,
        path: request.params.path,
        createContext: () => createContext(options, request, reply),
        responseMeta: ({ errors }) => ({
          headers: new Headers(responseHeaders(errors.map(toHoldfastError))),
        }),
        onError: ({ error }) => {
          const known = toHoldfastError(error);
          if ("id" in known.details && isUnknownFault(error)) options.reportFault(error, known.details.id);
        },
      });
    });
  };
}

/** Looking the caller up counts towards the deadline: a database that is slow there is slow for the call, too. */
async function createContext(
  { db, authenticate, callDeadlineMs }: TrpcOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Context> {
  const remaining = () => remainingMs(request.headers[DEADLINE_HEADER], callDeadlineMs, reply.elapsedTime);
  const principal = await within(remaining(), authenticate(request.headers.authorization));
  return { db, principal, deadlineMs: remaining() };
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
