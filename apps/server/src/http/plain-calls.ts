import { appRouter, parseJson } from "@holdfast/api";
import type { FastifyRequest } from "fastify";
import { JsonBody } from "./json-body.ts";

/** The calls of one HTTP request: a lone one, or a batch. */
export interface PlainCalls {
  readonly type: "query" | "mutation";
  readonly isBatch: boolean;
  readonly calls: readonly { readonly path: string; readonly input: unknown }[];
}

/** By their dotted paths: tRPC's type says nested, but the record is flat. */
const PROCEDURES = appRouter._def.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly type: string } }>
>;

export function isProcedure(path: string, type: "query" | "mutation" | "subscription"): boolean {
  return Object.hasOwn(PROCEDURES, path) && PROCEDURES[path]?._def.type === type;
}

/**
 * What nearly every request is: queries by GET or mutations by POST of JSON, of procedures that exist. Undefined for
 * anything else (streams, subscriptions, other methods and types, odd paths and inputs): that is for tRPC's own adapter,
 * so that its answers are the same to the letter.
 */
export function readPlainCalls(
  request: FastifyRequest<{ Params: { path: string } }>,
): PlainCalls | undefined {
  const { method, headers, url, body } = request;
  const type = method === "POST" ? "mutation" : method === "GET" ? "query" : undefined;
  if (type === undefined || headers["trpc-accept"] !== undefined || headers.accept?.includes("jsonl"))
    return undefined;
  const { path } = request.params;
  const question = url.indexOf("?");
  const search = question === -1 ? "" : url.slice(question + 1);
  const sent = type === "mutation" ? readBody(body, search) : readSearch(headers["content-type"], search);
  if (sent === undefined || path.includes("%")) return undefined;

  const { isBatch, value } = sent;
  const paths = isBatch ? path.split(",") : [path];
  if (!paths.every((each) => isProcedure(each, type))) return undefined;
  if (!isBatch) return { type, isBatch, calls: [{ path, input: value }] };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const inputs = value as Readonly<Record<string, unknown>>;
  return { type, isBatch, calls: paths.map((each, at) => ({ path: each, input: inputs[at] })) };
}

interface Sent {
  readonly isBatch: boolean;
  readonly value: unknown;
}

function readBody(body: unknown, search: string): Sent | undefined {
  if (!(body instanceof JsonBody) || (search !== "" && search !== "batch=1")) return undefined;
  return { isBatch: search !== "", value: body.value };
}

/** @throws HoldfastError BAD_REQUEST for an input that is no JSON. */
function readSearch(contentType: string | undefined, search: string): Sent | undefined {
  if (contentType !== undefined && contentType !== "application/json") return undefined;
  const fields = [...new URLSearchParams(search)];
  const named = new Map(fields);
  if (named.size < fields.length || fields.some(([name]) => name !== "input" && name !== "batch"))
    return undefined;
  const isBatch = named.get("batch") === "1";
  const input = named.get("input");
  const value = input ? parseJson(input) : isBatch ? {} : undefined;
  return { isBatch, value };
}
