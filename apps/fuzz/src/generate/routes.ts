import fc from "fast-check";
import type { JsonSchema } from "./json-schema.ts";
import { JSON_TYPE, type RequestParts } from "./request.ts";
import { spoil } from "./spoil.ts";
import { type Hint, valuesOf } from "./values.ts";

const PATHS = [
  ...[
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/v1",
    "/v1/openapi.json",
    "/trpc",
    "/trpc/",
    "/favicon.ico",
  ],
  ...[
    "/demo/people",
    "/demo/sign-in",
    "/assets/..%2f..%2fpackage.json",
    "/../../../../etc/passwd",
    "/..%5c..%5c.env",
  ],
  ...[
    "/.git/config",
    "/%2e%2e/%2e%2e/package.json",
    "/assets/%00",
    "/index.html",
    "/index.html/",
    "*",
    "//",
    "/\\",
  ],
  ...[
    "http://127.0.0.1/",
    "/trpc/%",
    `/${"a/".repeat(2_000)}`,
    "/?input={}",
    "/graphql",
    "/__proto__",
    "/constructor",
  ],
];

/** Whatever else the server answers at, or ought not to. */
const anyPath: fc.Arbitrary<RequestParts> = fc.record(
  {
    method: fc.constantFrom("GET", "GET", "GET", "POST", "HEAD", "OPTIONS", "DELETE"),
    target: fc.oneof(
      fc.constantFrom(...PATHS),
      fc.webPath().map((path) => path || "/"),
    ),
    headers: fc.constantFrom<RequestParts["headers"]>([], [JSON_TYPE], [["accept", "text/html"]]),
    body: fc.constantFrom('{"as":"ada"}', '{"as":"__proto__"}', "{}", ""),
  },
  { requiredKeys: ["method", "target", "headers"] },
);

/** As much of an OpenAPI 3.1 document as says what can be sent. */
interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}
interface OpenApiOperation {
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
}
interface OpenApiParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: JsonSchema;
}

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch"]);

/** Requests for every operation of an OpenAPI document, as it describes them and nearly so. */
export function routesOf(document: unknown, hint: Hint): fc.Arbitrary<RequestParts>[] {
  const { paths = {} } = resolveRefs(document) as OpenApi;
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => requestsOf(path, method, operation, hint)),
  );
  return [anyPath, ...described];
}

function requestsOf(
  path: string,
  method: string,
  { parameters = [], requestBody }: OpenApiOperation,
  hint: Hint,
): fc.Arbitrary<RequestParts> {
  const named = (place: string) => {
    const here = parameters.filter((one) => one.in === place);
    const fields = here.map(({ name, schema = {} }) => [name, valuesOf(schema, hint, nameOf(name))] as const);
    const requiredKeys = here.filter(({ required }) => required || place === "path").map(({ name }) => name);
    return fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys });
  };
  const schema = requestBody?.content?.["application/json"]?.schema;
  const right = schema === undefined ? fc.constant(undefined) : valuesOf(schema, hint);
  const body = fc.oneof({ weight: 2, arbitrary: right }, { weight: 1, arbitrary: right.chain(spoil) });
  return fc
    .record({ inPath: named("path"), inQuery: named("query"), inHeader: named("header"), body })
    .map((sent) => {
      const query = new URLSearchParams(
        Object.entries(sent.inQuery).map(([name, value]): [string, string] => [name, textOf(value)]),
      ).toString();
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
        encodeURIComponent(textOf(sent.inPath[name])),
      );
      const headers = Object.entries(sent.inHeader).map(
        ([name, value]) => [name, oneLine(textOf(value))] as const,
      );
      const json = sent.body === undefined ? undefined : (JSON.stringify(sent.body) ?? "null");
      return {
        method: method.toUpperCase(),
        target: query === "" ? filled : `${filled}?${query}`,
        headers: json === undefined ? headers : [...headers, JSON_TYPE],
        body: json,
      };
    });
}

/** "Idempotency-Key" is what a body calls idempotencyKey. */
function nameOf(name: string): string {
  return name.toLowerCase() === "idempotency-key" ? "idempotencyKey" : name;
}

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  // Half a surrogate pair can not be put into a URL.
  return text.replaceAll(/\p{Surrogate}/gu, "?");
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, " ");
}

/** The document with every `$ref` to a part of itself replaced by that part; one that refers to itself becomes anything. */
function resolveRefs(document: unknown): unknown {
  const at = (pointer: string): unknown =>
    pointer
      .split("/")
      .slice(1)
      .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document);
  const resolve = (part: unknown, within: readonly string[]): unknown => {
    if (Array.isArray(part)) return part.map((member) => resolve(member, within));
    if (typeof part !== "object" || part === null) return part;
    const { $ref: ref } = part as { $ref?: unknown };
    if (typeof ref === "string") return within.includes(ref) ? {} : resolve(at(ref), [...within, ref]);
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, resolve(member, within)]));
  };
  return resolve(document, []);
}
