import { z } from "zod";

/** As much of JSON Schema as inputs are made of: what zod says of its schemas, and what an OpenAPI document says. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
}

/** What some input of ours takes. A schema that is code (a check, a transformation) is asked which of these it likes. */
const PROBES: readonly unknown[] = [
  ...["1", "2", "7", "50", "0", "-5", "2500", "1000000000000000", "999999999999"],
  ...[
    "x",
    "sat",
    "A",
    "ada",
    "https://example.com/hook",
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.678901+02:00",
  ],
  ...[1, 10, 3600, true, null],
];

export function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (jsonSchema.type !== undefined || jsonSchema.anyOf !== undefined || jsonSchema.oneOf !== undefined)
        return;
      if (jsonSchema.const !== undefined || jsonSchema.enum !== undefined) return;
      const liked = PROBES.filter((probe) => isLiked(zodSchema as unknown as z.ZodType, probe));
      if (liked.length > 0 && liked.length < PROBES.length) jsonSchema.examples = liked;
    },
  }) as JsonSchema;
}

/** A schema within another may expect to be asked only after what comes before it has agreed. */
function isLiked(schema: z.ZodType, probe: unknown): boolean {
  try {
    return schema.safeParse(probe).success;
  } catch {
    return false;
  }
}
