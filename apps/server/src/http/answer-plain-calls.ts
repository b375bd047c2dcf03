import { appRouter, type Context, responseHeaders, toHoldfastError } from "@holdfast/api";
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, type TRPCError } from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { FastifyReply } from "fastify";
import type { PlainCalls } from "./plain-calls.ts";

export interface Host {
  createContext(): Promise<Context>;
  onError(error: TRPCError): void;
  /** A stream has begun, which may go on for hours. */
  onStream(): void;
  /** How long a subscriber may leave unread what it was sent, in milliseconds; the default when left out. */
  readonly unreadMs?: number | undefined;
}

const CONFIG = appRouter._def._config;

/** Calls run to their end: who has gone may come back with the same key. */
const NEVER_ABORTED = new AbortController().signal;

/** A text goes out with the headers in one piece; left to itself, Fastify adds a charset to its type, which tRPC's adapter doesn't. */
const asItIs = (body: string): string => body;

export type Answered = { readonly data: unknown } | { readonly error: TRPCError };

/**
 * Answers as tRPC's Fastify adapter would, from tRPC's own parts, but without a web Request, a Response and a stream
 * between: those cost more than the call. plain-calls.test.ts sends the same requests to both.
 */
export async function answerPlainCalls(
  { type, isBatch, calls }: PlainCalls,
  reply: FastifyReply,
  { createContext, onError }: Host,
): Promise<FastifyReply> {
  let ctx: Context | undefined;
  let answers: Answered[];
  try {
    const context = await createContext();
    ctx = context;
    answers = await Promise.all(
      calls.map(({ path, input }, batchIndex) =>
        callProcedure({ path, type, batchIndex, getRawInput: async () => input, ctx: context }),
      ),
    );
  } catch (cause) {
    answers = calls.map(() => ({ error: getTRPCErrorFromUnknown(cause) }));
  }

  const errors: TRPCError[] = [];
  const results = answers.map((answered, at) => {
    if ("data" in answered) return { result: { data: answered.data } };
    const { error } = answered;
    errors.push(error);
    onError(error);
    const { path, input } = calls[at] as PlainCalls["calls"][number];
    return { error: getTRPCErrorShape({ config: CONFIG, error, type, path, input, ctx }) };
  });
  // As it is: the router has no transformer.
  const body = JSON.stringify(isBatch ? results : results[0]);
  return reply
    .code(getHTTPStatusCode(results))
    .headers({ vary: "trpc-accept, accept", ...responseHeaders(errors.map(toHoldfastError)) })
    .type("application/json")
    .serializer(asItIs)
    .send(body);
}

interface Call {
  readonly path: string;
  readonly type: PlainCalls["type"];
  readonly ctx: Context;
  readonly batchIndex: number;
  getRawInput(): Promise<unknown>;
}

/** The one place where a procedure is called, whatever form the request had. It never throws. */
export async function callProcedure({ path, type, ctx, batchIndex, getRawInput }: Call): Promise<Answered> {
  try {
    // Each field by its name, because a copy of the whole that gets one field more takes a microsecond.
    const call = { path, type, ctx, batchIndex, getRawInput, router: appRouter, signal: NEVER_ABORTED };
    return { data: await callTRPCProcedure(call) };
  } catch (cause) {
    return { error: getTRPCErrorFromUnknown(cause) };
  }
}
