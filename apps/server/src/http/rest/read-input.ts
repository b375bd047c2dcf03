import { badRequest, type RestCall } from "@holdfast/api";
import type { FastifyRequest } from "fastify";
import { JsonBody } from "../json-body.ts";
import { readSearch, searchOf } from "./search.ts";

const KEY_HEADER = "idempotency-key";

/**
 * The input of the procedure, from the address, the search or the body, and the key. Strict where two readers could disagree:
 * nothing is said twice, and nothing that was said is left out.
 *
 * @throws HoldfastError BAD_REQUEST.
 */
export function readInput(call: RestCall, request: FastifyRequest): Record<string, unknown> {
  const inPath = request.params as Record<string, string>;
  if (call.body === undefined) return { ...readFields(call, request), ...inPath };
  if (searchOf(request.url) !== "")
    throw badRequest("this call takes its input in the body: send no query parameters");
  const input = { ...readBody(request.body, inPath), ...inPath };
  return call.type === "mutation" ? withKey(call, input, request) : input;
}

/** Numbers come as text; what is none stays text, and the schema says what is wrong with it. */
function readFields({ search, route }: RestCall, request: FastifyRequest): Record<string, unknown> {
  const values = readSearch(request.url);
  const sent: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const field = search.find((known) => known.name === name);
    if (field === undefined)
      throw badRequest([{ path: name, message: `is no query parameter of GET ${route.path}` }]);
    sent[name] = field.schema.type === "integer" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  }
  return sent;
}

function readBody(body: unknown, inPath: Readonly<Record<string, string>>): Record<string, unknown> {
  if (body === undefined) return {};
  const value = body instanceof JsonBody ? body.value : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest("the body must be a JSON object");
  const twice = Object.keys(inPath).filter((name) => Object.hasOwn(value, name));
  if (twice.length > 0)
    throw badRequest(
      twice.map((path) => ({ path, message: "is in the address already: leave it out of the body" })),
    );
  return value as Record<string, unknown>;
}

function withKey(
  { takesKey, route }: RestCall,
  input: Record<string, unknown>,
  request: FastifyRequest,
): Record<string, unknown> {
  const key = keyOf(request);
  if (key === undefined) return input;
  if (!takesKey) {
    const message = `POST ${route.path} derives its key from its input: send none`;
    throw badRequest([{ path: KEY_HEADER, message }]);
  }
  const inBody = input["idempotencyKey"];
  if (inBody !== undefined && inBody !== key)
    throw badRequest([
      {
        path: "idempotencyKey",
        message: "is not the key of the Idempotency-Key header: send one of the two",
      },
    ]);
  return { ...input, idempotencyKey: key };
}

/** The header as it is, or as the string of a structured field that the IETF's draft makes of it: `"order-1042"`. */
function keyOf({ raw }: FastifyRequest): string | undefined {
  const header = raw.headers[KEY_HEADER];
  if (typeof header !== "string") return undefined;
  // Node joins what is sent twice, and a key may have a comma itself.
  if (header.includes(",") && (raw.headersDistinct[KEY_HEADER]?.length ?? 0) > 1)
    throw badRequest([{ path: KEY_HEADER, message: "occurs twice" }]);
  if (!/^[\x20-\x7e]*$/.test(header))
    throw badRequest([
      { path: KEY_HEADER, message: "must be printable ASCII; other keys go into the body as idempotencyKey" },
    ]);
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1];
  return quoted?.replaceAll(/\\(["\\])/g, "$1") ?? header;
}
