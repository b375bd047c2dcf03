import { type JsonSchema, type OpenApi, type Operation, REST_PREFIX } from "@holdfast/api";
import { type Html, html, prose } from "./html.ts";
import { fieldsOf, listOf, type Row } from "./schema.ts";

type Parameter = Operation["parameters"][number];
type Described = OpenApi["components"]["responses"][string];

const DEADLINE = "#/components/parameters/Deadline";

export function idOf({ operationId }: Operation): string {
  return operationId.replace(".", "-");
}

export function badge(method: string): Html {
  return html`<span class="method ${method}">${method.toUpperCase()}</span>`;
}

/** One operation: what it takes and answers, and beside it how that looks. */
export function operationSection(
  document: OpenApi,
  path: string,
  method: string,
  operation: Operation,
): Html {
  const { schemas } = document.components;
  // What every call takes is told once, at the top.
  const own = operation.parameters.filter(({ $ref }) => $ref !== DEADLINE);
  const parameters = own.map((one) => resolveParameter(document, one));
  const body = operation.requestBody?.content["application/json"];
  const taken = body === undefined ? undefined : fieldsOf(withoutKey(body.schema), schemas);
  const rows = (where: string): Row[] =>
    parameters
      .filter((one) => one.in === where)
      .map(({ name = "", required = false, description, schema = {} }) => ({
        name,
        required,
        schema: { ...schema, ...(description === undefined ? {} : { description }) } as JsonSchema,
      }));
  const part = (title: string, where: string) => {
    const some = rows(where);
    return some.length === 0 ? undefined : html`<h4>${title}</h4>${listOf(some, schemas)}`;
  };
  const [status, answer] = success(document, operation);
  const [type, content] = Object.entries(answer?.content ?? {})[0] ?? ["", undefined];
  const fields = content === undefined ? undefined : fieldsOf(content.schema, schemas);
  const example = content?.example;
  return html`<section class="operation" id="${idOf(operation)}">
    <div class="words">
      <h3>${operation.summary}</h3>
      <p class="address">${badge(method)} <code>${REST_PREFIX}${path}</code></p>
      ${operation.description === undefined ? undefined : prose(operation.description)}
      ${part("In the address", "path")} ${part("Query parameters", "query")}
      ${taken === undefined ? undefined : html`<h4>Body</h4>${taken}`}
      ${part("Headers", "header")}
      ${fields === undefined ? undefined : html`<details class="answer"><summary>The answer's fields</summary>${fields}</details>`}
      <p class="codes">${codesOf(operation).map((code) => html`<a href="#${code}"><code>${code}</code></a> `)}</p>
    </div>
    <div class="samples">
      <figure><figcaption>Call</figcaption><pre tabindex="0">${curl(path, method, parameters, body?.example)}</pre></figure>
      <figure><figcaption>${status} <span>${type}</span></figcaption><pre tabindex="0">${
        typeof example === "string" ? example : JSON.stringify(example, null, 2)
      }</pre></figure>
    </div>
  </section>`;
}

/** The header is described beside it, and says that the key may be in the body. */
function withoutKey(schema: JsonSchema): JsonSchema {
  const { idempotencyKey: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

function resolveParameter({ components }: OpenApi, parameter: Parameter): Parameter {
  return components.parameters[parameter.$ref?.split("/").at(-1) ?? ""] ?? parameter;
}

function success({ components }: OpenApi, { responses }: Operation): [string, Described | undefined] {
  const [[status, response] = ["", undefined]] = Object.entries(responses).filter(([code]) => code < "300");
  if (response === undefined || !("$ref" in response)) return [status, response];
  return [status, components.responses[response.$ref.split("/").at(-1) ?? ""]];
}

function codesOf({ responses }: Operation): string[] {
  return Object.entries(responses)
    .filter(([status, response]) => status >= "300" && "$ref" in response)
    .flatMap(([, response]) =>
      "$ref" in response ? (response.$ref.split("/").at(-1)?.split(".") ?? []) : [],
    );
}

/** The call as one would type it. */
function curl(path: string, method: string, parameters: readonly Parameter[], example: unknown): string {
  const sampleOf = ({ schema }: Parameter) => String(schema?.examples?.[0] ?? "…");
  const of = (where: string) => parameters.filter((one) => one.in === where);
  const filled = of("path").reduce((text, one) => text.replace(`{${one.name}}`, sampleOf(one)), path);
  const query = of("query").filter(({ required }) => required === true);
  const search = query.map((one) => `${one.name}=${sampleOf(one)}`).join("&");
  const key = of("header").some(({ name }) => name === "Idempotency-Key");
  return [
    `curl ${method === "post" ? "" : "-G "}"$URL${REST_PREFIX}${filled}${search === "" ? "" : `?${search}`}"`,
    '-H "Authorization: Bearer $TOKEN"',
    ...(key ? ['-H "Idempotency-Key: order-1042"'] : []),
    ...(example === undefined ? [] : ['-H "Content-Type: application/json"', `-d '${bodyOf(example)}'`]),
  ].join(" \\\n  ");
}

/** On one line while that is short. */
function bodyOf(example: unknown): string {
  const short = JSON.stringify(example);
  const text = short.length <= 60 ? short : JSON.stringify(example, null, 2).replaceAll("\n", "\n  ");
  return text.replaceAll("'", "'\\''");
}
