import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
/** Free and for anybody. */
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

type Best = [rule: string, wanted: number | Wanted, before: Drawing, after: Drawing | { available: number }];

describe("the best available seats", () => {
  test.each<Best>([
    ["are in the best row", 2, ["....", "...."], [".OO.", "...."]],
    ["are in the next row when the best one is full", 2, ["xxxx", "...."], ["xxxx", ".OO."]],
    ["are side by side before they are in the best row", 2, [".x.x", "x..x"], [".x.x", "xOOx"]],
    ["leave nobody alone before they are central", 2, ["....."], ["OO..."]],
    ["leave nobody alone at a gap", 2, ["..._....."], ["..._OO..."]],
    ["leave nobody alone at a taken seat", 2, ["...x..x"], ["...xOOx"]],
    ["leave nobody alone at a seat not for sale", 2, ["...#..#"], ["...#OO#"]],
    ["leave nobody alone at an accessible seat", 2, ["...a..a"], ["...aOOa"]],
    ["leave one alone rather than two", 1, ["...x...x."], ["...xO..x."].map(() => "...x...xO")],
    ["don't count who was alone before", 1, [".x..x."], ["Ox..x."]],
    ["are in the best row even if that leaves somebody alone", 2, ["...", ".."], ["OO.", ".."]],
    ["are central, the leftmost of two", 2, ["......."], ["..OO..."]],
    ["are central in the row, not in what is free", 2, ["....xxxx"], ["..OOxxxx"]],
    ["are central with gaps counted", 1, ["..__....."], ["..__O...."]],
    ["are not parted by a gap", 2, ["x._.x", "x...x"], ["x._.x", "xOO.x"]],
    ["are not parted by a taken seat", 2, [".x.", ".."], [".x.", "OO"]],
    ["are not parted by a seat not for sale", 2, [".#.", ".."], [".#.", "OO"]],
    ["are never accessible ones", 2, [".a.", "aa.."], [".a.", "aaOO"]],
    ["are not from two rows", 2, ["x.", ".x", ".."], ["x.", ".x", "OO"]],
    ["may be of several categories", 2, ["xv.x", "...."], ["xOOx", "...."]],
    ["are of the category", { quantity: 2, category: "vip" }, ["....", ".vv."], ["....", ".OO."]],
    ["are not parted by another category", { quantity: 2, category: "vip" }, ["v.v", "vv"], ["v.v", "OO"]],
    [
      "leave nobody of another category alone",
      { quantity: 2, category: "vip" },
      ["xx.vvvv..x"],
      ["xx.vOOv..x"].map(() => "xx.vvOO..x"),
    ],
    [
      "are in the section",
      { quantity: 2, section: "b" },
      ["a:", "....", "b:", "...."],
      ["a:", "....", "b:", ".OO."],
    ],
    ["are as many as there are", 3, ["x...x"], ["xOOOx"]],
    ["are told when too few", 3, [".xa#_.", "xxxx"], { available: 2 }],
    [
      "are told when too few in the section",
      { quantity: 2, section: "b" },
      ["a:", "..", "b:", ".x"],
      { available: 1 },
    ],
    ["are told when too few of the category", { quantity: 2, category: "vip" }, ["..v"], { available: 1 }],
  ])("%s", (_rule, wanted, before, after) => {
    expect(drawBest(before, typeof wanted === "number" ? { quantity: wanted } : wanted)).toEqual(after);
  });

  test.each<Best>([
    ["as few as possible, the largest first", 4, [".x.x..", "xx.xxx"], ["Ox.xOO", "xxxxxx"].map(() => "")],
  ])("in groups: %s", (_rule, wanted, before, after) => {
    expect(drawBest(before, typeof wanted === "number" ? { quantity: wanted } : wanted)).toEqual(after);
  });
});
