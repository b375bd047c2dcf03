import { expect, test } from "vitest";
import { describeError } from "./log.ts";

class DriverError extends Error {
  readonly code = "23505";
}

test("an error is told by class, code and place, never by its message", () => {
  const cause = new DriverError("duplicate key value (ada's secret)\n    at the third line of a message");
  const told = JSON.stringify(
    describeError(new Error("Failed query: select 'ada''s secret'\nparams: 42", { cause })),
  );
  expect(told).not.toMatch(/secret|params|42\b|third line/);
  expect(JSON.parse(told)).toMatchObject({
    class: "Error",
    stack: expect.arrayContaining([expect.stringContaining("log.test.ts")]),
    cause: { class: "DriverError", code: "23505" },
  });
});

test("what is no error is told by its type", () => {
  expect(describeError("postgres://user:secret@host")).toEqual({ class: "string" });
});
