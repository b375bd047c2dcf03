import { type JsonSchema, type JsonSchemas, resolve } from "@holdfast/api";
import { type Html, html, inline } from "./html.ts";

/** Deeper than any schema of ours: a reader has lost the thread before. */
const MAX_DEPTH = 6;

export interface Row {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** The fields of an object, or of what a list or a choice is made of. */
export function fieldsOf(of: JsonSchema, named: Readonly<JsonSchemas>, depth = 0): Html | undefined {
  const schema = resolve(of, named);
  const variants = schema.oneOf ?? schema.anyOf;
  if (depth === MAX_DEPTH) return undefined;
  if (variants !== undefined) return variantsOf(variants, named, depth);
  if (schema.items !== undefined) return fieldsOf(schema.items, named, depth);
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return undefined;
  const rows = fields.map(([name, schema_]) => ({
    name,
    schema: schema_,
    required: schema.required?.includes(name) ?? false,
  }));
  return listOf(rows, named, depth);
}

export function listOf(rows: readonly Row[], named: Readonly<JsonSchemas>, depth = 0): Html {
  return html`<ul class="fields">${rows.map((row) => fieldOf(row, named, depth))}</ul>`;
}

function fieldOf({ name, required, schema: of }: Row, named: Readonly<JsonSchemas>, depth: number): Html {
  const schema = resolve(of, named);
  const { description } = schema;
  const below = fieldsOf(schema, named, depth + 1);
  return html`<li>
    <code class="name">${name}</code> <span class="type">${typeOf(schema, named)}</span>${
      required ? html` <span class="required">required</span>` : undefined
    }
    ${description === undefined ? undefined : html`<div class="about">${inline(description)}</div>`}
    ${below === undefined ? undefined : html`<details><summary>Its fields</summary>${below}</details>`}
  </li>`;
}

function variantsOf(
  variants: readonly JsonSchema[],
  named: Readonly<JsonSchemas>,
  depth: number,
): Html | undefined {
  const lists = variants.flatMap((variant) => {
    const fields = fieldsOf(variant, named, depth);
    return fields === undefined ? [] : [html`<li class="variant">${fields}</li>`];
  });
  return lists.length === 0
    ? undefined
    : html`<p class="about">One of:</p><ul class="variants">${lists}</ul>`;
}

/** A type in a few words, such as "string uuid" or "list of objects". */
function typeOf(of: JsonSchema, named: Readonly<JsonSchemas>): string {
  const schema = resolve(of, named);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined)
    return [...new Set(variants.map((variant) => typeOf(variant, named)))].join(" | ");
  const { type, format, items } = schema;
  if (items !== undefined) return `list of ${typeOf(items, named)}`;
  const name = Array.isArray(type) ? type.join(" | ") : String(type ?? "any JSON");
  const words = format === undefined ? name : `${name} ${format}`;
  const { minimum, maximum, maxLength } = schema;
  if (typeof minimum === "number" && typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER)
    return `${words} ${minimum}–${maximum}`;
  return typeof maxLength === "number" ? `${words}, up to ${maxLength}` : words;
}
