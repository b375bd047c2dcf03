import type { Step } from "@holdfast/race-lab/stories";
import { expect, it } from "vitest";
import { conflictsOf, tellingRound } from "./conflicts.ts";

type Line = readonly [caller: string, does: Step["does"], what?: string];

/** Steps a millisecond after each other; a caller makes one call. */
function stepsOf(...lines: readonly Line[]): Step[] {
  return lines.map(([caller, does, what = ""], at) => ({
    atMs: at,
    caller,
    round: 1,
    call: caller.charCodeAt(0),
    attempt: 1,
    does,
    what,
  }));
}

function marked(...lines: readonly Line[]): (string | undefined)[] {
  const steps = stepsOf(...lines);
  const marks = conflictsOf(steps);
  return steps.map((step) => marks.get(step));
}

it("marks two who read the same and both wrote on it; the first to commit was right", () => {
  expect(
    marked(
      ["a", "reads", "balance 75"],
      ["b", "reads", "balance 75"],
      ["a", "writes", "balance 25"],
      ["a", "commits"],
      ["b", "writes", "balance 25"],
      ["b", "commits"],
    ),
  ).toEqual(["same", "same", undefined, undefined, "stale", undefined]);
});

it.each<[string, Line[]]>([
  [
    "one of them was refused",
    [
      ["a", "reads", "balance 75"],
      ["b", "reads", "balance 25"],
      ["a", "writes", "balance 25"],
      ["a", "commits"],
      ["b", "commits"],
      ["b", "is refused", "insufficient funds"],
    ],
  ],
  [
    "the second found its version gone and read again",
    [
      ["a", "reads", "balance 175, version 1"],
      ["b", "reads", "balance 175, version 1"],
      ["a", "writes", "balance 125, version 2"],
      ["a", "commits"],
      ["b", "retries", "version 1 is gone"],
      ["b", "reads", "balance 125, version 2"],
      ["b", "writes", "balance 75, version 3"],
      ["b", "commits"],
    ],
  ],
  [
    "Postgres rolled the second back",
    [
      ["a", "reads", "balance 75"],
      ["b", "reads", "balance 75"],
      ["a", "writes", "balance 25"],
      ["b", "writes", "balance 25"],
      ["a", "commits"],
      ["b", "rolls back", "40001"],
    ],
  ],
  [
    "the read held the lock",
    [
      ["a", "locks", "wallet 1"],
      ["a", "reads", "free"],
      ["a", "writes", "sold"],
      ["a", "commits"],
      ["b", "locks", "wallet 1"],
      ["b", "reads", "free"],
      ["b", "writes", "sold"],
      ["b", "commits"],
    ],
  ],
  [
    "nobody read at all",
    [
      ["a", "writes", "balance 25"],
      ["a", "commits"],
      ["b", "writes", "balance 25"],
      ["b", "commits"],
    ],
  ],
])("marks nothing where %s", (_when, lines) => {
  expect(new Set(marked(...lines))).toEqual(new Set([undefined]));
});

it("takes all that a caller read together: one of two reads may well be the same", () => {
  const read = (caller: string, balance: string): Line[] => [
    [caller, "reads", "not applied yet"],
    [caller, "reads", balance],
    [caller, "writes", "applied"],
    [caller, "commits"],
  ];
  expect(new Set(marked(...read("a", "balance 0"), ...read("b", "balance 50")))).toEqual(
    new Set([undefined]),
  );
  expect(marked(...read("a", "balance 0"), ...read("b", "balance 0"))).toContain("stale");
});

it("shows the first round in which something collided, and else the first", () => {
  const quiet = stepsOf(["a", "reads", "balance 75"], ["a", "writes", "balance 25"], ["a", "commits"]);
  const collided = stepsOf(
    ["a", "reads", "balance 75"],
    ["b", "reads", "balance 75"],
    ["a", "writes", "balance 25"],
    ["b", "writes", "balance 25"],
    ["a", "commits"],
    ["b", "commits"],
  );
  const rounds = (...of: Step[][]) => new Map(of.map((steps, at) => [at + 1, steps]));
  expect(tellingRound(rounds(quiet, collided, collided))).toBe(2);
  expect(tellingRound(rounds(quiet, quiet))).toBe(1);
  expect(tellingRound(new Map())).toBeUndefined();
});
