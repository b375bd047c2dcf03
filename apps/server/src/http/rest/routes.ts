import {
  badRequest,
  REST_PREFIX,
  type RestCall,
  readTopics,
  restCalls,
  toHoldfastError,
} from "@holdfast/api";
import type { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callProcedure } from "../answer-plain-calls.ts";
import { answerSubscription } from "../answer-subscription.ts";
import { limitBodies } from "../body-deadline.ts";
import { sendError } from "../errors.ts";
import { acceptJsonBody, BODY_LIMIT_BYTES, IMPORT_LIMIT_BYTES } from "../json-body.ts";
import { createContext, recordArrivals, report, type TrpcOptions } from "../trpc.ts";
import { readInput } from "./read-input.ts";
import { readSearch } from "./search.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The same procedures as under /trpc, at addresses of their own, to be registered with `REST_PREFIX`. */
export function restRoutes(options: TrpcOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    acceptJsonBody(app);
    recordArrivals(app);
    limitBodies(app, options.callDeadlineMs);
    const methods = new Map<string, string[]>();
    for (const call of restCalls()) {
      const { method, path, procedure } = call.route;
      const url = path.replaceAll(/\{(\w+)\}/g, ":$1");
      const bodyLimit = procedure === "conversations.importJson" ? IMPORT_LIMIT_BYTES : BODY_LIMIT_BYTES;
      const handler = (request: FastifyRequest, reply: FastifyReply) => answer(call, request, reply, options);
      app.route({ method, url, bodyLimit, handler });
      methods.set(url, [...(methods.get(url) ?? []), method]);
    }
    app.get("/changes", { exposeHeadRoute: false }, (request, reply) => watch(request, reply, options));
    methods.set("/changes", ["GET"]);
    for (const [url, taken] of methods) refuseOthers(app, url, taken);
  };
}

async function answer(
  call: RestCall,
  request: FastifyRequest,
  reply: FastifyReply,
  options: TrpcOptions,
): Promise<FastifyReply> {
  const { route, type } = call;
  const answered = await callProcedure({
    path: route.procedure,
    type,
    batchIndex: 0,
    ctx: await createContext(options, request),
    // Read when the caller has been let in, and not before: who may not call learns nothing of what is taken.
    getRawInput: async () => readInput(call, request),
  });
  if ("error" in answered) return refuse(answered.error, reply, options);
  const { data } = answered;
  const isReplayed = type === "mutation" && (data as { replayed?: boolean }).replayed === true;
  return reply
    .code(route.created === undefined ? 200 : 201)
    .headers({
      ...(route.created === undefined ? {} : { location: locationOf(route.created, data) }),
      ...(isReplayed ? { "idempotent-replayed": "true" } : {}),
    })
    .type("application/json")
    .send(Buffer.from(JSON.stringify(data)));
}

/** The address of what was made. */
function locationOf(created: string, data: unknown): string {
  const fields = data as Readonly<Record<string, unknown>>;
  return REST_PREFIX + created.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(fields[name]));
}

/** Events as /trpc sends them; only a refusal at the start has the status and form of all others here. */
async function watch(
  request: FastifyRequest,
  reply: FastifyReply,
  options: TrpcOptions,
): Promise<FastifyReply> {
  const { topics, ...others } = Object.fromEntries(readSearch(request.url));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw badRequest([{ path: unknown, message: "is no query parameter of GET /changes" }]);
  if (topics === undefined)
    throw badRequest([{ path: "topics", message: "is needed, such as wallet/ID@VERSION" }]);
  const lastEventId = request.headers["last-event-id"];
  const input = { ...readTopics(topics), ...(lastEventId === undefined ? {} : { lastEventId }) };
  return answerSubscription({ path: "changes.watch", input }, reply, {
    createContext: () => createContext(options, request),
    unreadMs: options.unreadMs,
    onStream: () => options.door?.leave(reply.raw),
    onError: (error) => report(error, options),
    refuse: (error) => refuse(error, reply, options),
  });
}

function refuse(error: TRPCError, reply: FastifyReply, options: TrpcOptions): FastifyReply {
  report(error, options);
  return sendError(reply, toHoldfastError(error));
}

function refuseOthers(app: FastifyInstance, url: string, taken: readonly string[]): void {
  const method = METHODS.filter((each) => !taken.includes(each));
  app.route({
    method,
    url,
    handler: (_request, reply) => {
      reply.header("allow", taken.join(", "));
      throw badRequest(`this address takes ${taken.join(" and ")}`);
    },
  });
}
