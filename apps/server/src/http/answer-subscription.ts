import type { ServerResponse } from "node:http";
import { appRouter, type Context, parseJson } from "@holdfast/api";
import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  isTrackedEnvelope,
  type TRPCError,
} from "@trpc/server";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Host } from "./answer-plain-calls.ts";
import { isProcedure } from "./plain-calls.ts";

/** A subscription as EventSource and tRPC's `httpSubscriptionLink` ask for it. */
export interface Subscription {
  readonly path: string;
  readonly input: unknown;
}

interface SubscriptionHost extends Host {
  /** Answers a refusal at the start; in the stream, as tRPC has it, when left out. */
  refuse?(error: TRPCError): FastifyReply;
}

const CONFIG = appRouter._def._config;
const { ping, client } = CONFIG.sse ?? {};
const CONNECTED = `event: connected\ndata: ${JSON.stringify(client ?? {})}\n\n\n`;
const PING = "event: ping\ndata: \n\n\n";
/** Who leaves what it was sent unread for so long is gone, or means to fill our memory. */
const UNREAD_MS = 30_000;
const RETURN = "event: return\ndata: \n\n\n";
const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  connection: "keep-alive",
  vary: "trpc-accept, accept",
};

/**
 * A GET of a subscription that exists, with an input and a last event id at most; undefined for anything else, which is for
 * tRPC's own adapter.
 *
 * @throws HoldfastError BAD_REQUEST for an input that is no JSON.
 */
export function readSubscription(
  request: FastifyRequest<{ Params: { path: string } }>,
): Subscription | undefined {
  const { method, headers, url } = request;
  const { path } = request.params;
  if (method !== "GET" || headers["trpc-accept"] !== undefined || headers.accept?.includes("jsonl"))
    return undefined;
  if (headers["content-type"] !== undefined || !isProcedure(path, "subscription")) return undefined;
  const question = url.indexOf("?");
  const fields = question === -1 ? [] : [...new URLSearchParams(url.slice(question + 1))];
  const named = new Map(fields);
  if (named.size < fields.length || fields.some(([name]) => name !== "input" && name !== "lastEventId"))
    return undefined;
  const sent = named.get("input");
  const input = sent ? parseJson(sent) : undefined;
  const lastEventId = request.headers["last-event-id"] ?? named.get("lastEventId");
  if (!lastEventId) return { path, input };
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return { path, input: isObject ? { ...input, lastEventId } : (input ?? { lastEventId }) };
}

/**
 * Answers a subscription as tRPC's adapter would, byte for byte, without a chain of web streams for every subscriber. What many
 * are told at once is put into words once: that is what lets thousands watch one show.
 */
export async function answerSubscription(
  { path, input }: Subscription,
  reply: FastifyReply,
  { createContext, onError, onStream, refuse, unreadMs = UNREAD_MS }: SubscriptionHost,
): Promise<FastifyReply> {
  const leave = new AbortController();
  const { raw } = reply;
  raw.once("close", () => leave.abort());
  // Who has gone is told nothing, and that is nobody's fault.
  raw.on("error", () => leave.abort());
  let ctx: Context | undefined;
  const end = (cause: unknown): void => {
    if (leave.signal.aborted) return;
    const error: TRPCError = getTRPCErrorFromUnknown(cause);
    onError(error);
    const shape = getTRPCErrorShape({ config: CONFIG, error, type: "subscription", path, input, ctx });
    raw.end(`event: serialized-error\ndata: ${JSON.stringify(shape)}\n\n\n`);
  };
  const start = async (): Promise<AsyncIterable<unknown>> => {
    ctx = await createContext();
    const getRawInput = async (): Promise<unknown> => input;
    const call = { router: appRouter, path, getRawInput, ctx, signal: leave.signal, batchIndex: 0 };
    return (await callTRPCProcedure({ ...call, type: "subscription" })) as AsyncIterable<unknown>;
  };
  const [started] = await Promise.allSettled([start()]);
  if (started.status === "rejected" && refuse !== undefined)
    return refuse(getTRPCErrorFromUnknown(started.reason));
  reply.hijack();
  onStream();
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
  raw.write(CONNECTED);
  if (started.status === "rejected") end(started.reason);
  else tellAll(started.value, raw, unreadMs).then(() => raw.end(RETURN), end);
  return reply;
}

async function tellAll(events: AsyncIterable<unknown>, raw: ServerResponse, unreadMs: number): Promise<void> {
  // Who has not read what came before needs no ping to know that we are there.
  const pinging = setInterval(() => raw.writableNeedDrain || raw.write(PING), ping?.intervalMs).unref();
  try {
    for await (const event of events) {
      pinging.refresh();
      // Who does not read gets no more: what waits for them then grows where it is counted.
      if (!raw.write(chunkOf(event))) await drained(raw, unreadMs);
    }
  } finally {
    clearInterval(pinging);
  }
}

/** Resolves when what was written has been taken, or never will be: then the connection has ended. */
function drained(raw: ServerResponse, unreadMs: number): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => raw.destroy(), unreadMs);
    const done = (): void => {
      clearTimeout(giveUp);
      raw.off("drain", done).off("close", done);
      resolve();
    };
    raw.on("drain", done).on("close", done);
  });
}

interface Written {
  readonly json: string;
  readonly id: string;
  readonly chunk: Buffer;
}

/** By what is told: watchers of the same topic get the very same list. */
const written = new WeakMap<object, Written>();

function chunkOf(event: unknown): Buffer {
  if (!isTrackedEnvelope(event)) return Buffer.from(`data: ${JSON.stringify(event)}\n\n\n`);
  const [id, data] = event as readonly [string, object, unknown];
  const before = written.get(data);
  if (before?.id === id) return before.chunk;
  const json = before?.json ?? JSON.stringify(data);
  const chunk = Buffer.from(`data: ${json}\nid: ${id}\n\n\n`);
  written.set(data, { json, id, chunk });
  return chunk;
}
