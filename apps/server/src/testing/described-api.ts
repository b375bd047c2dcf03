import { type JsonSchema, type OpenApi, type Operation, REST_PREFIX } from "@holdfast/api";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

type Described = OpenApi["components"]["responses"][string];

/** A reply that is as the document describes it: the test has failed otherwise. */
export interface DescribedReply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whoever reads a field knows the answer that it walked into.
  readonly body: any;
}

export interface DescribedCall {
  readonly token?: string | undefined;
  /** Fields by their names; where each travels says the document. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An API that is known by its document alone: calls are made as it says, and what comes back is held against it. Of answers
 * too much is as wrong as too little, though the document itself lets them grow.
 */
export class DescribedApi {
  readonly operations = new Map<string, { readonly method: string; readonly path: string } & Operation>();
  readonly #document: OpenApi;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #checks = new Map<JsonSchema, ValidateFunction>();

  constructor(document: OpenApi) {
    this.#document = document;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods))
        this.operations.set(operation.operationId, { method: method.toUpperCase(), path, ...operation });
    }
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: "document", components: closed(document.components) } as object);
  }

  /** The codes that the document says an operation can be refused with. */
  codesOf(operationId: string): string[] {
    return Object.values(this.#operation(operationId).responses).flatMap((response) => {
      const { schema } = this.#response(response).content["application/problem+json"] ?? {};
      return (schema?.oneOf ?? (schema === undefined ? [] : [schema])).map(
        ({ $ref = "" }) => $ref.split("/").at(-1) ?? "",
      );
    });
  }

  /** Whether an operation is executed under a key that its caller chooses. */
  takesKey(operationId: string): boolean {
    return this.#operation(operationId).parameters.some(({ $ref }) => $ref?.endsWith("/IdempotencyKey"));
  }

  async call(url: string, operationId: string, call: DescribedCall = {}): Promise<DescribedReply> {
    const operation = this.#operation(operationId);
    const rest = { ...call.fields };
    const query = new URLSearchParams();
    let { path } = operation;
    for (const { name = "", in: where } of operation.parameters) {
      if (!(name in rest) || where === "header") continue;
      if (where === "path") path = path.replace(`{${name}}`, encodeURIComponent(String(rest[name])));
      else query.set(name, String(rest[name]));
      delete rest[name];
    }
    const hasBody = operation.requestBody !== undefined;
    // What the document has no place for is sent all the same: it is to be refused.
    if (!hasBody) for (const [name, value] of Object.entries(rest)) query.set(name, String(value));
    const response = await fetch(`${url}${REST_PREFIX}${path}${query.size > 0 ? `?${query}` : ""}`, {
      method: operation.method,
      headers: {
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...call.headers,
      },
      ...(hasBody ? { body: JSON.stringify(rest) } : {}),
    });
    return this.#checked(operationId, response);
  }

  async #checked(operationId: string, response: Response): Promise<DescribedReply> {
    const { status, headers } = response;
    const type = headers.get("content-type")?.split(";")[0] ?? "";
    if (type === "text/event-stream") return { status, headers, body: response };
    const body: unknown = await response.json();
    const wrong = (what: string) => new Error(`${operationId}: ${status} ${JSON.stringify(body)}: ${what}`);
    const found = this.#operation(operationId).responses[status];
    if (found === undefined) throw wrong("the document describes no such status");
    const described = this.#response(found);
    const content = described.content[type];
    if (content === undefined) throw wrong(`the document describes no ${type}`);
    const check = this.#check(content.schema);
    if (!check(body)) throw wrong(this.#ajv.errorsText(check.errors));
    for (const name of ["location", "retry-after", "www-authenticate", "idempotent-replayed"]) {
      const isDescribed = Object.keys(described.headers ?? {}).some((known) => known.toLowerCase() === name);
      if (headers.has(name) && !isDescribed) throw wrong(`the document describes no header ${name}`);
      if (isDescribed && !headers.has(name) && name !== "idempotent-replayed")
        throw wrong(`there is no header ${name}`);
    }
    const replayed = (body as { replayed?: boolean }).replayed === true;
    if ((headers.get("idempotent-replayed") === "true") !== replayed)
      throw wrong("header and field disagree on whether this is a replay");
    return { status, headers, body };
  }

  #operation(operationId: string) {
    const operation = this.operations.get(operationId);
    if (operation === undefined) throw new Error(`the document describes no ${operationId}`);
    return operation;
  }

  #response(response: Operation["responses"][string]): Described {
    if (!("$ref" in response)) return response;
    const described = this.#document.components.responses[response.$ref.split("/").at(-1) ?? ""];
    if (described === undefined) throw new Error(`${response.$ref} leads nowhere`);
    return described;
  }

  #check(schema: JsonSchema): ValidateFunction {
    const known = this.#checks.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(closed(schema)).replaceAll('"#/components/', '"document#/components/');
    const check = this.#ajv.compile(JSON.parse(text) as object);
    this.#checks.set(schema, check);
    return check;
  }
}

/** The schema without room for fields that it doesn't name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, closed(member)] as const);
  const copy = Object.fromEntries(members) as Record<string, unknown>;
  if (copy["type"] === "object" && "properties" in copy && !("additionalProperties" in copy))
    copy["additionalProperties"] = false;
  return copy;
}
