import {
  conversationQueries,
  holdfastFeatures,
  keyQueries,
  operationQueries,
  showQueries,
  verificationQueries,
  walletQueries,
  webhookQueries,
} from "@holdfast/db";
import type { z } from "zod";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { namesIn, type Route } from "./route.ts";
import { procedures, routes } from "./routes.ts";

const inputs: Readonly<Record<string, z.ZodType>> = {
  ...Object.assign({}, ...holdfastFeatures.map((feature) => feature.inputs)),
  ...walletQueries,
  ...showQueries,
  ...conversationQueries,
  ...webhookQueries,
  ...operationQueries,
  ...verificationQueries,
  ...keyQueries,
};

/** A route, and what follows from the input of its procedure. */
export interface RestCall {
  readonly route: Route;
  readonly type: "query" | "mutation";
  /** Whether it is executed under a key of the caller's. */
  readonly takesKey: boolean;
  /** The fields of the input by where they travel; a GET has no body, and what has a body has nothing in its search. */
  readonly path: readonly Field[];
  readonly search: readonly Field[];
  /** The body, without the fields that are in the address. The key may be in it or in its header. */
  readonly body: JsonSchema | undefined;
}

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export function restCalls(): RestCall[] {
  return routes.map(describeRoute);
}

function describeRoute(route: Route): RestCall {
  const { method, procedure, without = [] } = route;
  const schema = inputs[procedure];
  const type = procedures[procedure]?._def.type;
  if (schema === undefined || type === undefined || type === "subscription")
    throw new TypeError(`${route.path}: there is no query or command ${procedure}`);
  const input = toJsonSchema(schema, "input", {});
  const inPath = namesIn(route.path);
  const fields = Object.entries(input.properties ?? {}).filter(([name]) => !without.includes(name));
  const toField = ([name, schema]: [string, JsonSchema]): Field => ({
    name,
    schema,
    required: inPath.includes(name) || (input.required?.includes(name) ?? false),
  });
  const others = fields.filter(([name]) => !inPath.includes(name));
  const required = input.required?.filter((name) => !inPath.includes(name) && name !== "idempotencyKey");
  return {
    route,
    type,
    takesKey: type === "mutation" && input.properties?.["idempotencyKey"] !== undefined,
    path: fields.filter(([name]) => inPath.includes(name)).map(toField),
    search: method === "GET" ? others.map(toField) : [],
    body:
      method === "GET"
        ? undefined
        : {
            type: "object",
            properties: Object.fromEntries(others),
            ...(required?.length ? { required } : {}),
            additionalProperties: false,
          },
  };
}
