import { badRequest } from "./errors.ts";

/** Deeper than any input of ours; a walk of this depth can't exhaust the stack. */
const MAX_DEPTH = 32;

/** Keys that reach the prototype when a careless line copies them. No input of ours has one. */
const PROTOTYPE_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * JSON from outside as a value, or BAD_REQUEST. Stricter than `JSON.parse` where parsers disagree about what was
 * said: a key that occurs twice is refused (one parser takes the first, another the last, and the amount differs),
 * as are prototype keys and depth without end.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, so it is not passed on.
    throw badRequest("the request is not valid JSON");
  }
  if (countMembers(value, 0) !== countColons(text)) throw badRequest("a key occurs twice in one JSON object");
  return value;
}

/** How many members all objects of a parsed value have together. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth === MAX_DEPTH) throw badRequest(`JSON may be nested ${MAX_DEPTH} levels deep at most`);
  if (Array.isArray(value)) {
    let count = 0;
    for (const item of value) count += countMembers(item, depth + 1);
    return count;
  }
  const entries = Object.entries(value);
  let count = entries.length;
  for (const [key, member] of entries) {
    if (PROTOTYPE_KEYS.has(key)) throw badRequest(`"${key}" is not a key that an input may have`);
    count += countMembers(member, depth + 1);
  }
  return count;
}

/**
 * How many members a JSON text that parsed was written with: each has one colon outside of strings. A parsed value
 * with fewer members lost some to a repeated key. The native `indexOf` skips long strings quickly.
 */
function countColons(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x3a) count += 1;
    else if (char === 0x22) at = endOfString(text, at + 1);
  }
  return count;
}

/** The position of the quote that ends the string whose first character is at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end !== -1 && backslashesBefore(text, end, start) % 2 === 1) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function backslashesBefore(text: string, at: number, start: number): number {
  let first = at;
  while (first > start && text.charCodeAt(first - 1) === 0x5c) first -= 1;
  return at - first;
}
