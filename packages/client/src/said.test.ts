import { afterSteps as onTheServer, type Part, type Step } from "@holdfast/db";
import fc from "fast-check";
import { expect, test } from "vitest";
import { afterSteps } from "./said.ts";

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant("text"), text: fc.string() }),
  fc.record({ type: fc.constantFrom("step-start", "reasoning", "data-note"), data: fc.jsonValue() }),
);
const at = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ at, append: fc.string({ minLength: 1 }) }),
  fc.record({ at, part }),
);

test("what was said is put together as the server does it", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), fc.array(step, { maxLength: 12 }), (parts, steps) => {
      expect(afterSteps(parts, steps)).toEqual(onTheServer(parts, steps));
    }),
  );
});

test("what was said may be told in any number of pieces", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat({ max: 12 }), (steps, cut) => {
      const first = afterSteps([], steps.slice(0, cut));
      expect(afterSteps(first, steps.slice(cut))).toEqual(afterSteps([], steps));
    }),
  );
});
