import { HoldfastError } from "@holdfast/db";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "./json.ts";

function refusal(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof HoldfastError && "issues" in error.details)
      return error.details.issues[0]?.message ?? "";
    throw error;
  }
  return "accepted";
}

/** How long the processor worked on it: on a busy machine the clock tells more of the others. */
function workMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe("parseJson", () => {
  test("gives what JSON.parse gives, for every JSON text without its two faults", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const keys = JSON.stringify(JSON.parse(text));
        fc.pre(!/__proto__|constructor|prototype/.test(keys));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("counts members whatever stands in the strings", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: fc.constantFrom(":", '"', "\\", "{", "a") }), fc.string()),
        (object) => {
          for (const text of [JSON.stringify(object), JSON.stringify(object, null, 2)]) {
            expect(parseJson(text)).toEqual(object);
          }
        },
      ),
    );
  });

  test.each([
    ["a repeated key", '{"amount":"5","amount":"500"}', "a key occurs twice in one JSON object"],
    [
      "a repeated key, escaped",
      '{"amount":"5","am\\u006funt":"500"}',
      "a key occurs twice in one JSON object",
    ],
    ["a repeated key, inside", '{"0":{"a":[{"b":1,"b":1}]}}', "a key occurs twice in one JSON object"],
    ["__proto__", '{"__proto__":{"role":"admin"}}', '"__proto__" is not a key that an input may have'],
    [
      "constructor",
      '[{"constructor":{"prototype":{}}}]',
      '"constructor" is not a key that an input may have',
    ],
    ["no JSON", '{"amount":', "the request is not valid JSON"],
    ["nothing", "", "the request is not valid JSON"],
    ["bare words", "undefined", "the request is not valid JSON"],
    ["two values", "{}{}", "the request is not valid JSON"],
  ])("refuses %s", (_name, text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test("accepts the same key in different objects", () => {
    expect(parseJson('{"a":{"b":1},"c":{"b":1}}')).toEqual({ a: { b: 1 }, c: { b: 1 } });
  });

  test("refuses a megabyte of brackets at once", () => {
    for (const text of [
      "[".repeat(500_000) + "]".repeat(500_000),
      `${'{"a":'.repeat(150_000)}1${"}".repeat(150_000)}`,
    ]) {
      expect(workMs(() => expect(refusal(text)).toMatch(/nested 32 levels/))).toBeLessThan(500);
    }
  });

  test("does not slow down on a string of backslashes", () => {
    const text = JSON.stringify({ memo: '\\"'.repeat(200_000) });
    expect(workMs(() => parseJson(text))).toBeLessThan(500);
  });
});
