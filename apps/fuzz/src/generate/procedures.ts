import { appRouter } from "@holdfast/api";
import * as db from "@holdfast/db";
import { z } from "zod";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";

export interface Procedure {
  /** Such as "wallets.boost". */
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
  /** Undefined for one whose schema is not to be found: then anything is sent to it. */
  readonly input: JsonSchema | undefined;
}

/** By their dotted paths: tRPC's type says nested, but the record is flat. */
const PROCEDURES = appRouter._def.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly type: Procedure["type"]; readonly inputs: readonly unknown[] } }>
>;

/**
 * Everything that can be called, each with what it takes. A command's schema is its feature's; a query's is exported by
 * `@holdfast/db` in a list named `…Queries` or `…Inputs`, by the name of its procedure. So a new procedure is fuzzed as soon as it
 * is there.
 */
export function listProcedures(): Procedure[] {
  const schemas = new Map<string, z.ZodType>();
  const lists: unknown[] = [
    ...Object.entries(db).flatMap(([name, list]) => (/(Queries|Inputs)$/.test(name) ? [list] : [])),
    ...db.holdfastFeatures.map(({ inputs }) => inputs),
  ];
  for (const list of lists)
    for (const [path, schema] of Object.entries(list as object))
      if (schema instanceof z.ZodType) schemas.set(path, schema);
  return Object.entries(PROCEDURES).map(([path, { _def: definition }]) => {
    const own = definition.inputs.find((input) => input instanceof z.ZodType);
    const schema = schemas.get(path) ?? own;
    return { path, type: definition.type, input: schema && toJsonSchema(schema) };
  });
}
