import fc from "fast-check";
import type { JsonSchema } from "./json-schema.ts";

/** Values that reach deeper than any that fit the schema, by the name of their field; the schema says which of two it is. */
export type Hint = (field: string, schema: JsonSchema) => fc.Arbitrary<unknown> | undefined;

/** How often a hint is taken. */
const HINTED = { hint: 14, schema: 1 };
const MANY_ITEMS = 200;
const SHORT_TEXT = 30;

/** Values that fit a schema, as far as it says what fits: nearly all are accepted, and the rest is nearly right. */
export function valuesOf(schema: JsonSchema, hint: Hint, field = ""): fc.Arbitrary<unknown> {
  const hinted = hint(field, schema);
  const fitting = fittingValues(schema, hint, field);
  if (hinted === undefined) return fitting;
  return fc.oneof({ weight: HINTED.hint, arbitrary: hinted }, { weight: HINTED.schema, arbitrary: fitting });
}

function fittingValues(schema: JsonSchema, hint: Hint, field: string): fc.Arbitrary<unknown> {
  const { const: only, enum: several, examples } = schema;
  if (only !== undefined) return fc.constant(only);
  if (several !== undefined) return fc.constantFrom(...several);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => fittingValues(choice, hint, field)));
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  switch (type) {
    case "object":
      return objectsOf(schema, hint);
    case "array":
      return arraysOf(schema, hint, field);
    case "string":
      return stringsOf(schema);
    case "integer":
    case "number":
      return numbersOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return examples === undefined ? fc.jsonValue({ maxDepth: 2 }) : fc.constantFrom(...examples);
  }
}

/** Half of them with nothing that may be left out: each thing more is one that can be wrong. */
function objectsOf({ properties = {}, required = [] }: JsonSchema, hint: Hint): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(
    ([name, member]) => [name, valuesOf(member, hint, name)] as const,
  );
  const needed = fields.filter(([name]) => required.includes(name));
  return fc.oneof(
    fc.record<Record<string, unknown>>(Object.fromEntries(needed)),
    fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys: [...required] }),
  );
}

function arraysOf(schema: JsonSchema, hint: Hint, field: string): fc.Arbitrary<unknown> {
  const { items = {}, minItems: minLength = 0, maxItems = MANY_ITEMS } = schema;
  const item = valuesOf(items, hint, field.replace(/s$/, ""));
  const few = fc.array(item, { minLength, maxLength: Math.min(maxItems, minLength + 3), size: "max" });
  const many = fc.array(item, { minLength, maxLength: Math.min(maxItems, MANY_ITEMS), size: "max" });
  return fc.oneof({ weight: 40, arbitrary: few }, { weight: 1, arbitrary: many });
}

function stringsOf({
  minLength = 0,
  maxLength = 200,
  pattern,
  format,
  examples,
}: JsonSchema): fc.Arbitrary<unknown> {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time") return instants;
  if (pattern !== undefined) {
    const fitting = SAMPLES.filter((sample) => new RegExp(pattern).test(sample));
    return fitting.length > 0 ? fc.constantFrom(...fitting) : fc.stringMatching(new RegExp(pattern));
  }
  if (examples !== undefined) return fc.constantFrom(...examples);
  const short = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, SHORT_TEXT)) };
  return fc.oneof(
    {
      weight: 10,
      arbitrary: fc.string({ ...short, unit: "grapheme" }).filter((text) => text.length <= maxLength),
    },
    { weight: 5, arbitrary: fc.string({ ...short, unit: "grapheme-ascii" }) },
    { weight: 1, arbitrary: fc.constantFrom("x".repeat(maxLength), "x".repeat(Math.max(1, minLength))) },
  );
}

function numbersOf({ minimum = -1_000, maximum = 1_000_000 }: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 5_000) }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
  );
}

const SAMPLES = ["sat", "usd_cent", "1", "50", "0", "7", "1000", "A", "ada"];
const CALENDAR = { min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z") };
const instants = fc.date({ ...CALENDAR, noInvalidDate: true }).map((date) => date.toISOString());
