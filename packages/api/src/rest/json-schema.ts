import { z } from "zod";

/** A schema as JSON Schema has it: what the document tells, and as much of it as is read here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

export type JsonSchemas = Record<string, JsonSchema>;

/** Where the document keeps schemas that have a name. */
export const SCHEMAS = "#/components/schemas/";

/** A schema for the document; those that have a name are put into `named`, and referred to. */
export function toJsonSchema(schema: z.ZodType, io: "input" | "output", named: JsonSchemas): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    io,
    // Decimal strings, which say themselves what they are.
    unrepresentable: "any",
    override: ({ jsonSchema }) => tidy(jsonSchema, io),
  });
  const text = JSON.stringify(made).replaceAll('"#/$defs/', `"${SCHEMAS}`);
  const { $defs = {}, ...own } = JSON.parse(text) as JsonSchema & { readonly $defs?: JsonSchemas };
  Object.assign(named, $defs);
  return own;
}

/** The schema that a reference leads to. */
export function resolve(schema: JsonSchema, named: JsonSchemas): JsonSchema {
  const { $ref } = schema;
  if ($ref === undefined) return schema;
  const { $ref: _, ...beside } = schema;
  return { ...named[$ref.slice(SCHEMAS.length)], ...beside };
}

function tidy(schema: Record<string, unknown>, io: "input" | "output"): void {
  // The format says it, and nobody reads a pattern of three lines.
  if (schema["format"] !== undefined) delete schema["pattern"];
  // An answer may have more fields tomorrow; a client that refuses them would break.
  if (io === "output" && schema["additionalProperties"] === false) delete schema["additionalProperties"];
  if ("example" in schema) {
    schema["examples"] = [schema["example"]];
    delete schema["example"];
  }
}

/** A value that the schema describes: its examples where it has some, and no field that may be left out. */
export function sampleOf(of: JsonSchema, named: JsonSchemas): unknown {
  const schema = resolve(of, named);
  const [example] = schema.examples ?? [];
  if (schema.examples !== undefined) return example;
  if ("const" in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first !== undefined) return sampleOf(first, named);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object": {
      const fields = (schema.required ?? []).map((name) => {
        return [name, sampleOf(schema.properties?.[name] ?? {}, named)] as const;
      });
      return Object.fromEntries(fields);
    }
    case "array":
      return schema.items === undefined ? [] : [sampleOf(schema.items, named)];
    case "integer":
    case "number":
      return schema["minimum"] ?? 0;
    case "boolean":
      return true;
    case "string":
      return schema.format === "date-time" ? "2026-11-26T18:00:00Z" : "text";
    default:
      return {};
  }
}
