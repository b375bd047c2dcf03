import { type ErrorCode, errorTable } from "@holdfast/db";
import { type Field, type RestCall, restCalls } from "./call.ts";
import { type JsonSchema, type JsonSchemas, SCHEMAS, sampleOf, toJsonSchema } from "./json-schema.ts";
import { PROBLEM_TYPE, problemSchema } from "./problem.ts";
import { nameOf } from "./route.ts";
import { watchOperation } from "./watch.ts";

export const REST_PREFIX = "/v1";

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: JsonSchema;
}

interface MediaType {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

interface Ref {
  readonly $ref: string;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, MediaType>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, MediaType>>;
  };
  readonly responses: Readonly<Record<string, Response | Ref>>;
}

/** As much of an OpenAPI 3.1 document as is read here. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<JsonSchemas>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
  readonly [field: string]: unknown;
}

const DESCRIPTION = `Credits, seats and conversations that never lose an update.

Every call that changes something takes an \`Idempotency-Key\`, one per intent: the same call with the same key is executed once
and answered the same for ever, refusals included. Amounts and versions are decimal strings, so that no client rounds them.
Unknown fields are refused. Errors are problems of RFC 9457: \`code\` names a row of the table of errors and \`retry\` says what to
do next. Answers may gain fields.`;

const TAGS = [
  { name: "wallets", description: "Credit that can't be spent twice." },
  { name: "shows", description: "Houses whose seats can be reserved." },
  { name: "seats", description: "None is sold twice." },
  { name: "conversations", description: "Every message survives, in one order for everybody." },
  { name: "webhooks", description: "Changes, told to an address of one's own." },
  { name: "operations", description: "What became of a command, and whether everything still agrees." },
  { name: "keys", description: "What other services of a tenant sign in with." },
  { name: "changes", description: "What changes, live." },
];

const PARAMETERS = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "One per intent, 1 to 255 printable ASCII characters; also accepted as `idempotencyKey` in the body. One of the two is needed.",
    schema: { type: "string", minLength: 1, maxLength: 255, examples: ["order-1042"] },
  },
  Deadline: {
    name: "Holdfast-Deadline-Ms",
    in: "header",
    description: "How many milliseconds the call may take; 10,000 when left out, 60,000 at most.",
    schema: { type: "integer", minimum: 1, examples: [2000] },
  },
} as const;

const HEADERS = {
  "Idempotent-Replayed": {
    description: "`true` when an earlier call with the same key had this outcome, and this reply repeats it.",
    schema: { type: "string", const: "true" },
  },
  Location: { description: "Where what was made can be read.", schema: { type: "string" } },
  "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } },
  "WWW-Authenticate": { description: "`Bearer`.", schema: { type: "string" } },
} as const;

const RESPONSES = "#/components/responses/";
const header = (name: keyof typeof HEADERS) => ({ [name]: { $ref: `#/components/headers/${name}` } });
const parameter = (name: keyof typeof PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });

/** The OpenAPI 3.1 document of all that is below /v1, made from the routes and the schemas that do the work. */
export function openApi(): OpenApi {
  const named: Named = { schemas: {}, responses: {} };
  const paths: Record<string, Record<string, Operation>> = {};
  for (const call of restCalls()) {
    const { path, method } = call.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(call, named) };
  }
  const { answer, ...watch } = watchOperation;
  paths["/changes"] = { get: { ...watch, responses: { 200: answer, ...refusals(["NOT_FOUND"], named) } } };
  return {
    openapi: "3.1.0",
    info: {
      title: "Holdfast",
      version: "1",
      summary: "The credits, seats and conversations backend that never loses an update.",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    } as OpenApi["info"],
    servers: [{ url: REST_PREFIX }],
    security: [{ bearer: [] }],
    tags: TAGS,
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A token (JWT) or an API key." },
      },
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: named.responses,
      schemas: Object.fromEntries(Object.entries(named.schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    } as OpenApi["components"],
  };
}

/** What operations share, and refer to. */
interface Named {
  readonly schemas: JsonSchemas;
  readonly responses: Record<string, Response>;
}

function operationOf(call: RestCall, named: Named): Operation {
  const { route, takesKey, type, body } = call;
  const { schemas } = named;
  const { summary, description, example } = route;
  const schema = toJsonSchema(route.answer, "output", schemas);
  return {
    operationId: nameOf(route),
    tags: [route.procedure.split(".")[0] ?? ""],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [
      ...call.path.map((field) => parameterOf(field, "path")),
      ...call.search.map((field) => parameterOf(field, "query")),
      ...(takesKey ? [parameter("IdempotencyKey")] : []),
      parameter("Deadline"),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required !== undefined,
            content: {
              "application/json": {
                schema: body,
                example: { ...(sampleOf(body, schemas) as object), ...example },
              },
            },
          },
        }),
    responses: {
      [route.created === undefined ? 200 : 201]: {
        description: route.created === undefined ? "Done." : "Made. A repeated call is answered the same.",
        headers: {
          ...(route.created === undefined ? {} : header("Location")),
          ...(type === "mutation" ? header("Idempotent-Replayed") : {}),
        },
        content: { "application/json": { schema, example: sampleOf(schema, schemas) } },
      },
      ...refusals([...codesOf(call), ...route.errors], named),
    },
  };
}

function parameterOf({ name, required, schema }: Field, where: "path" | "query"): Parameter {
  const { description, ...rest } = schema;
  return { name, in: where, required, ...(description === undefined ? {} : { description }), schema: rest };
}

/** What every such call can be refused with. */
function codesOf({ type, takesKey, body }: RestCall): ErrorCode[] {
  return [
    ...(takesKey ? (["IDEMPOTENCY_KEY_REQUIRED"] as const) : []),
    ...(type === "mutation" ? (["IDEMPOTENCY_KEY_REUSED"] as const) : []),
    ...(body === undefined ? [] : (["PAYLOAD_TOO_LARGE"] as const)),
  ];
}

const ALWAYS: readonly ErrorCode[] = [
  "BAD_REQUEST",
  "UNAUTHENTICATED",
  "RATE_LIMITED",
  "OVERLOADED",
  "UNAVAILABLE",
  "TIMEOUT",
  "INTERNAL",
];

/** Responses by status; where several codes share one, `code` tells which it is. */
function refusals(codes: readonly ErrorCode[], named: Named): Record<string, Ref> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...ALWAYS, ...codes]) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, all]) => [status, refusal(all, named)]));
}

function refusal(codes: readonly ErrorCode[], { schemas, responses }: Named): Ref {
  const name = codes.join(".");
  responses[name] ??= refusalOf(codes, schemas);
  return { $ref: `${RESPONSES}${name}` };
}

function refusalOf(codes: readonly ErrorCode[], schemas: JsonSchemas): Response {
  for (const code of codes) if (!(code in schemas)) toJsonSchema(problemSchema(code), "output", schemas);
  const refs = codes.map((code) => ({ $ref: `${SCHEMAS}${code}` }));
  const [only = {}] = refs;
  const mapping = Object.fromEntries(codes.map((code) => [code, `${SCHEMAS}${code}`]));
  const schema = refs.length === 1 ? only : { oneOf: refs, discriminator: { propertyName: "code", mapping } };
  const status = errorTable[codes[0] ?? "INTERNAL"].status;
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].message}`).join("\n\n"),
    headers: {
      ...(status === 503 || status === 429 ? header("Retry-After") : {}),
      ...(status === 401 ? header("WWW-Authenticate") : {}),
      ...(codes.some((code) => errorTable[code].recorded) ? header("Idempotent-Replayed") : {}),
    },
    content: { [PROBLEM_TYPE]: { schema, example: sampleOf(only, schemas) } },
  };
}
