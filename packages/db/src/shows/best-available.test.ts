import fc from "fast-check";
import { expect, test } from "vitest";
import { bestAvailable, nearestAvailable, type Wanted } from "./best-available.ts";
import type { LayoutSection } from "./layout.ts";
import { type Place, SeatPlan } from "./seat-plan.ts";

/**
 * Houses are drawn: the best row first, each section below its name and a colon.
 *
 *     .  free        x  taken            _  gap            ?  free, and asked for
 *     v  free, VIP   a  free, accessible #  not for sale   !  taken, and asked for
 *     O  chosen      w  taken, VIP                         V  taken VIP, and asked for
 */
type Drawing = readonly string[];

interface DrawnSeat {
  readonly id: string;
  readonly mark: string;
  readonly section: string;
  readonly rank: number;
  readonly x: number;
  readonly category: string;
}

const isTitle = (line: string) => line.endsWith(":");
const isVip = (mark: string) => "vwV".includes(mark);
const isTakenMark = (mark: string) => "x!wV".includes(mark);
const isOpen = (mark: string | undefined) => mark !== undefined && ".?v".includes(mark);
const isAsked = (mark: string) => "?!V".includes(mark);

function readHouse(drawing: Drawing) {
  const sections: LayoutSection[] = [];
  const lines: string[] = [];
  const seats: DrawnSeat[] = [];
  for (const line of isTitle(drawing[0] ?? "") ? drawing : ["hall:", ...drawing]) {
    if (isTitle(line)) {
      sections.push({ id: line.slice(0, -1), rows: [] });
      continue;
    }
    const section = sections.pop() ?? { id: "hall", rows: [] };
    const rank = lines.push(line) - 1;
    const row = [...line].map((mark, x) => {
      if (mark === "_") return null;
      const id = `${rank}-${x}`;
      const category = isVip(mark) ? "vip" : "standard";
      seats.push({ id, mark, section: section.id, rank, x, category });
      return {
        id,
        category,
        ...(mark === "#" ? { blocked: true as const } : {}),
        ...(mark === "a" ? { accessible: true as const } : {}),
      };
    });
    sections.push({ id: section.id, rows: [...section.rows, { id: `${rank}`, seats: row }] });
  }
  const categories = ["standard", "vip"].map((id) => ({ id, price: "100" }));
  const plan = new SeatPlan({ categories, sections });
  const taken = new Set(seats.filter(({ mark }) => isTakenMark(mark)).map(({ id }) => id));
  const asked = seats.filter(({ mark }) => isAsked(mark)).flatMap(({ id }) => plan.find(id) ?? []);
  return { plan, lines, seats, asked, isTaken: (id: string) => taken.has(id) };
}

function drawChosen(drawing: Drawing, places: readonly Place[]): Drawing {
  const chosen = new Set(places.map(({ seat }) => seat.id));
  let rank = -1;
  return drawing.map((line) => {
    if (isTitle(line)) return line;
    rank += 1;
    return [...line].map((mark, x) => (chosen.has(`${rank}-${x}`) ? "O" : mark)).join("");
  });
}

function drawBest(drawing: Drawing, wanted: Wanted): Drawing | { available: number } {
  const { plan, isTaken } = readHouse(drawing);
  const best = bestAvailable(plan, isTaken, wanted);
  return "places" in best ? drawChosen(drawing, best.places) : best;
}

function drawNearest(drawing: Drawing): Drawing | undefined {
  const { plan, isTaken, asked } = readHouse(drawing);
  const places = nearestAvailable(plan, isTaken, asked);
  return places && drawChosen(drawing, places);
}

type BestCase = [
  rule: string,
  wanted: number | Wanted,
  before: Drawing,
  after: Drawing | { available: number },
];

test.each<BestCase>([
  ["in the best row", 2, [".....", "...."], ["OO...", "...."]],
  ["in the next row when the best one is full", 2, ["xxxx", "...."], ["xxxx", "OO.."]],
  ["in the best row even if that leaves a seat alone", 2, ["...", ".."], ["OO.", ".."]],
  ["side by side before in the best row", 2, [".x.x", "x..x"], [".x.x", "xOOx"]],
  ["side by side before all of one section", 2, ["a:", ".x.", "b:", ".."], ["a:", ".x.", "b:", "OO"]],

  ["not parted by a gap", 2, ["x._.x", "x...x"], ["x._.x", "xOO.x"]],
  ["not parted by a taken seat", 2, [".x.", ".."], [".x.", "OO"]],
  ["not parted by a seat not for sale", 2, [".#.", ".."], [".#.", "OO"]],
  ["never accessible", 2, [".a.", "aa.."], [".a.", "aaOO"]],
  ["not from two rows", 2, ["x.", ".x", ".."], ["x.", ".x", "OO"]],
  ["of any categories", 2, ["x.vx", "...."], ["xOOx", "...."]],

  ["leaving no seat alone at the row's end, before central", 2, ["....."], ["OO..."]],
  ["leaving no seat alone at a gap", 2, ["....._..."], ["...OO_..."]],
  ["leaving no seat alone at a taken seat", 2, ["...x..x"], ["...xOOx"]],
  ["leaving no seat alone at one not for sale", 2, ["...#..#"], ["...#OO#"]],
  ["leaving no seat alone at an accessible one", 2, ["...a..a"], ["...aOOa"]],
  ["leaving one seat alone rather than two", 1, ["x...x"], ["xO..x"]],
  ["not judged by seats that were alone before", 1, [".x...."], [".xO..."]],

  ["central, the leftmost of two", 2, ["......."], ["..OO..."]],
  ["central in the row, not in what is free of it", 2, ["....xxxx"], ["..OOxxxx"]],
  ["central with gaps counted", 2, ["..__....."], ["..__OO..."]],
  ["central, to the right of the middle", 1, [".xx.x"], [".xxOx"]],

  ["of the category", { quantity: 2, category: "vip" }, ["....", ".vv."], ["....", ".OO."]],
  ["not parted by another category", { quantity: 2, category: "vip" }, ["v.v", "vv"], ["v.v", "OO"]],
  [
    "leaving no seat of another category alone",
    { quantity: 2, category: "vip" },
    ["......x.vvv.."],
    ["......x.vOO.."],
  ],
  ["beside seats of another category", { quantity: 2, category: "vip" }, [".vvv.."], [".vOO.."]],
  [
    "in the section",
    { quantity: 2, section: "b" },
    ["a:", "....", "b:", "....", "c:", "...."],
    ["a:", "....", "b:", "OO..", "c:", "...."],
  ],

  ["all that there are", 3, ["x...x"], ["xOOOx"]],
  ["refused: too few", 3, [".xa#_.", "xxxx"], { available: 2 }],
  [
    "refused: too few in the section",
    { quantity: 2, section: "b" },
    ["a:", "..", "b:", ".x"],
    { available: 1 },
  ],
  ["refused: too few of the category", { quantity: 2, category: "vip" }, ["..v"], { available: 1 }],

  ["in two groups rather than three", 4, [".x.x.x.", "x..x..x"], [".x.x.x.", "xOOxOOx"]],
  ["in groups, two people five seats away rather than one three", 5, ["...x.x.."], ["OOOx.xOO"]],
  [
    "in groups, two people rather than one when they are as far for each",
    4,
    ["x..x.xxx..x."],
    ["xOOx.xxxOOx."],
  ],
  ["in groups, one three seats away and one five rather than two eight", 5, ["...x.x.xx.."], ["OOOxOxOxx.."]],
  ["in groups, the largest first", 4, ["..x...", "xx..x."], ["..xOOO", "xx..xO"]],
  ["in groups near to each other before in the best row", 2, [".xxx.", "x.x.x"], [".xxx.", "xOxOx"]],
  [
    "in groups in rows near to each other",
    2,
    [".xxx", "xxxx", ".xxx", "x.xx"],
    [".xxx", "xxxx", "Oxxx", "xOxx"],
  ],
  ["in groups in the next row rather than three seats away", 2, [".xx.", ".xxx"], ["Oxx.", "Oxxx"]],
  ["in groups two seats away as gladly as in the next row", 2, [".x.", ".xx"], ["OxO", ".xx"]],
  ["in groups, the best row first of equals", 2, [".x.", "xxx", ".x."], ["OxO", "xxx", ".x."]],
  ["in groups, the rest of the party in the middle of the next row", 5, ["....", "...."], ["OOOO", ".O.."]],
  [
    "in groups in the best row, though one seat is alone",
    4,
    ["...", "..x", "xxx", "xxx", "...", "x.x"],
    ["OOO", ".Ox", "xxx", "xxx", "...", "x.x"],
  ],
  ["in groups, leaving no seat alone", 4, ["...", "xxx", ".x."], ["OOO", "xxx", "Ox."]],
  [
    "in groups of one section",
    2,
    ["a:", ".xxx", "b:", ".xxx", "xxxx", "xxx."],
    ["a:", ".xxx", "b:", "Oxxx", "xxxx", "xxxO"],
  ],
  [
    "in groups of the section where they are nearest to each other",
    3,
    ["a:", ".x.x.", "b:", ".x..x"],
    ["a:", ".x.x.", "b:", "OxOOx"],
  ],
  ["in groups over sections when none has enough", 2, ["a:", ".xx", "b:", "xx."], ["a:", "Oxx", "b:", "xxO"]],
  ["in groups of the category", { quantity: 2, category: "vip" }, ["v...v", "..v.v"], ["v...O", "..v.O"]],
])("the best seats are %s", (_rule, wanted, before, after) => {
  expect(drawBest(before, typeof wanted === "number" ? { quantity: wanted } : wanted)).toEqual(after);
});

test("a large house is searched for groups from the largest runs and the best rows only: it is locked meanwhile", () => {
  const far = Array.from({ length: 200 }, () => [".", "x", "x"]).flat();
  expect(drawBest([...far, ".", "."], { quantity: 2 })).toEqual([
    "O",
    "x",
    "x",
    "O",
    ...far.slice(4),
    ".",
    ".",
  ]);
  expect(drawBest([...far, "..", ".x"], { quantity: 3 })).toEqual([...far, "OO", "Ox"]);
});

type NearestCase = [rule: string, before: Drawing, after: Drawing | undefined];

test.each<NearestCase>([
  ["beside those asked for", [".....!!"], ["...OO!!"]],
  ["those asked for that are still free among them", ["x....?!x"], ["x...OO!x"]],
  ["in the row before rather than three seats away", ["...", "!xx.", "..."], ["O..", "!xx.", "..."]],
  ["one seat away rather than one row", ["...", ".!.", "..."], ["...", "O!.", "..."]],
  ["side by side rather than nearer", [".x.xx", "!?x.."], [".x.xx", "!?xOO"]],
  ["side by side even if those asked for were not", ["!x!..."], ["!x!OO."]],
  [
    "in the same section before nearer",
    ["a:", "xxxx.", "!xxxx", "b:", "....."],
    ["a:", "xxxxO", "!xxxx", "b:", "....."],
  ],
  ["in another section when that one is full", ["a:", "!xx", "b:", "..."], ["a:", "!xx", "b:", "O.."]],
  ["of the same category", [".!.v"], ["O!.v"]],
  ["of the same category, however far", ["..V...v"], ["..V...O"]],
  ["of any of the categories asked for", [".!V.", "..vv"], [".!V.", ".OOv"]],
  ["leaving no seat alone at the same distance", ["x..!..."], ["x..!O.."]],
  ["in the better row of two", ["x.x", "x!x", "x.x"], ["xOx", "x!x", "x.x"]],
  ["in the better row before in the same", ["x.xx", "x!x."], ["xOxx", "x!x."]],
  ["leftmost", ["..!.."], [".O!.."]],
  ["never accessible, not for sale or over a gap", ["!a#_a.._.", "..xxx"], ["!a#_a.._.", "O.xxx"]],
  ["one by one when none are side by side", [".x.!x!x.x."], [".xO!x!xOx."]],
  ["none when too few are free", ["!!.x"], undefined],
  ["none when too few of the category are free", ["V..."], undefined],
])("the nearest seats are %s", (_rule, before, after) => {
  expect(drawNearest(before)).toEqual(after);
});

/** Few free seats, or many: the first never sit together. */
const rowOf = (marks: string[]) => fc.string({ unit: fc.constantFrom(...marks), minLength: 1, maxLength: 8 });
const full = rowOf([..."..xxxxxx#a_?!Vvw"]);
const empty = rowOf([..."......vvvx#a_?!"]);
const drawings = fc
  .constantFrom(full, empty)
  .chain((row) =>
    fc
      .array(fc.array(row, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
      .map((sections) => sections.flatMap((rows, at) => [`${"abc"[at]}:`, ...rows])),
  );

interface Window {
  readonly seats: readonly DrawnSeat[];
  readonly orphans: number;
  readonly rank: number;
  readonly x: number;
  readonly width: number;
}

const isAlone = (line: string, x: number) =>
  isOpen(line[x]) && !isOpen(line[x - 1] ?? "x") && !isOpen(line[x + 1] ?? "x");
const countNewlyAlone = (before: string, after: string) =>
  [...after].filter((_mark, x) => isAlone(after, x) && !isAlone(before, x)).length;

/** Every choice of seats side by side, without a thought for time. */
function listWindows(lines: readonly string[], seats: readonly DrawnSeat[], size: number): Window[] {
  return seats.flatMap(({ rank, x }) => {
    const found = seats.filter((other) => other.rank === rank && other.x >= x && other.x < x + size);
    if (found.length < size) return [];
    const before = lines[rank] ?? "";
    const after = before.slice(0, x) + "x".repeat(size) + before.slice(x + size);
    return [{ seats: found, orphans: countNewlyAlone(before, after), rank, x, width: before.length }];
  });
}

function leastBy<T>(all: readonly T[], keyOf: (one: T) => number[]): T | undefined {
  return all.toSorted((a, b) => {
    const other = keyOf(b);
    return keyOf(a).reduce((sign, part, at) => sign || part - (other[at] ?? 0), 0);
  })[0];
}

const idsOf = (places: readonly Place[]) => places.map(({ seat }) => seat.id).toSorted();

test("the best seats are the best by the rules, of all that are side by side", () => {
  const seen = { together: 0, inGroups: 0, tooFew: 0 };
  fc.assert(
    fc.property(
      drawings,
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
      fc.option(fc.constantFrom("standard", "vip"), { nil: undefined }),
      (drawing, quantity, section, category) => {
        const { plan, lines, seats, isTaken } = readHouse(drawing);
        const free = seats.filter(
          (seat) =>
            isOpen(seat.mark) &&
            (section === undefined || seat.section === section) &&
            (category === undefined || seat.category === category),
        );
        const best = bestAvailable(plan, isTaken, { quantity, section, category });
        expect(bestAvailable(plan, isTaken, { quantity, section, category })).toEqual(best);
        if (free.length < quantity) {
          seen.tooFew += 1;
          expect(best).toEqual({ available: free.length });
          return;
        }

        const chosen = "places" in best ? best.places : [];
        const ids = new Set(idsOf(chosen));
        expect(ids.size).toBe(quantity);
        expect(free.filter(({ id }) => ids.has(id))).toHaveLength(quantity);
        const expected = leastBy(listWindows(lines, free, quantity), ({ orphans, rank, x, width }) => [
          rank,
          orphans,
          Math.abs(x + (quantity - 1) / 2 - (width - 1) / 2),
          x,
        ]);
        expect(plan.areAdjacent(chosen)).toBe(expected !== undefined);
        seen[expected ? "together" : "inGroups"] += 1;
        // The implementation begins at some places only: here at all, as far as it tries at least.
        if (expected === undefined && listRuns(free).length * quantity > 64) return;
        const picked = expected?.seats ?? bestGroups(lines, free, quantity);
        expect(idsOf(chosen)).toEqual(picked.map(({ id }) => id).toSorted());
      },
    ),
    { numRuns: 3_000 },
  );
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(200);
});

/** The seats side by side of each run, from the first row on. */
function listRuns(seats: readonly DrawnSeat[]): DrawnSeat[][] {
  const runs: DrawnSeat[][] = [];
  for (const seat of seats) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (before?.rank === seat.rank && before.x === seat.x - 1) run?.push(seat);
    else runs.push([seat]);
  }
  return runs;
}

/** Begins at every run, as the implementation does in small houses, and tries every group of every size each time. */
function bestGroups(
  lines: readonly string[],
  free: readonly DrawnSeat[],
  quantity: number,
): readonly DrawnSeat[] {
  const inSection = (section: string) => free.filter((seat) => seat.section === section);
  const inOne = free.filter(({ section }) => inSection(section).length >= quantity);
  const off = (run: readonly DrawnSeat[]) =>
    Math.abs(2 * meanOf(run, "x") + 1 - (lines[run[0]?.rank ?? 0] ?? "").length);
  const parties = listRuns(inOne.length > 0 ? inOne : free).map((first) => {
    const [{ section, rank, x }] = first as [DrawnSeat];
    const near = inOne.length > 0 ? inSection(section) : free;
    let party = first;
    let distance = 0;
    while (party.length < quantity) {
      const left = near.filter((seat) => !party.includes(seat));
      const groups = Array.from({ length: quantity - party.length }, (_, at) =>
        listWindows(withTaken(lines, party), left, at + 1),
      ).flat();
      const next = leastBy(groups, ({ seats, orphans, rank, x }) => [
        (apart(seats, first) + 2) / seats.length,
        -seats.length,
        orphans,
        rank,
        x,
      ]);
      if (next === undefined) break;
      party = party.concat(next.seats);
      distance += apart(next.seats, first) + 2;
    }
    return { party, key: [distance, -first.length, rank, off(first), x] };
  });
  return leastBy(parties, ({ key }) => key)?.party ?? [];
}

const withTaken = (lines: readonly string[], seats: readonly DrawnSeat[]) =>
  lines.map((line, rank) =>
    [...line]
      .map((mark, x) => (seats.some((seat) => seat.rank === rank && seat.x === x) ? "x" : mark))
      .join(""),
  );

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const meanOf = (seats: readonly DrawnSeat[], of: "rank" | "x") =>
  sum(seats.map((seat) => seat[of])) / seats.length;
const apart = (a: readonly DrawnSeat[], b: readonly DrawnSeat[]) =>
  2 * Math.abs(meanOf(a, "rank") - meanOf(b, "rank")) + Math.abs(meanOf(a, "x") - meanOf(b, "x"));

test("the nearest seats are the nearest by the rules, side by side or one by one", () => {
  const seen = { together: 0, oneByOne: 0, tooFew: 0 };
  fc.assert(
    fc.property(drawings, (drawing) => {
      const { plan, lines, seats, asked, isTaken } = readHouse(drawing);
      fc.pre(asked.length > 0);
      const named = seats.filter(({ mark }) => isAsked(mark));
      const free = seats.filter(
        ({ mark, category }) => isOpen(mark) && named.some((other) => other.category === category),
      );
      const nearest = (size: number, from: readonly DrawnSeat[], as: readonly string[]) =>
        leastBy(listWindows(as, from, size), (window) => {
          const isElsewhere = !named.some(({ section }) => section === window.seats[0]?.section);
          // In whole parts of a seat, so that rounding makes no equal distances differ.
          const distance = Math.round(apart(window.seats, named) * 2 * named.length);
          return [isElsewhere ? 1 : 0, distance, window.orphans, window.rank, window.x];
        });
      const places = nearestAvailable(plan, isTaken, asked);
      expect(nearestAvailable(plan, isTaken, asked)).toEqual(places);

      const together = nearest(named.length, free, lines);
      const expected = [...(together?.seats ?? [])];
      while (expected.length < named.length) {
        const rest = free.filter((seat) => !expected.includes(seat));
        const [next] = nearest(1, rest, withTaken(lines, expected))?.seats ?? [];
        if (next === undefined) break;
        expected.push(next);
      }
      const isEnough = expected.length === named.length;
      seen[isEnough ? (together ? "together" : "oneByOne") : "tooFew"] += 1;
      expect(places && idsOf(places)).toEqual(isEnough ? expected.map(({ id }) => id).toSorted() : undefined);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(200);
});
