import { describe, expect, it } from "vitest";
import { smallLayout } from "../testing/small-layout.ts";
import { clockFace, spokenLeft } from "./countdown.ts";
import { buildHouse } from "./house/house.ts";
import { clampView, fitView } from "./map/view.ts";
import { describe as describeSeat, takenTitle, totalOf } from "./words.ts";

const house = buildHouse(smallLayout, 1);
const show = { layout: smallLayout, currency: "sat" } as Parameters<typeof describeSeat>[2];
const placeOf = (id: string) => house.byId.get(id) ?? house.places[0];

describe("words", () => {
  it("describe a seat as a screen reader should say it", () => {
    const [plain, wheelchair] = [placeOf("S-C2"), placeOf("S-C5")];
    if (!plain || !wheelchair) throw new Error("no such seats");
    expect(describeSeat(house, plain, show, "free")).toBe("Stalls, row C, seat 2, Best, 5,500 sat, free");
    expect(describeSeat(house, wheelchair, show, "held")).toBe(
      "Stalls, row C, seat 5, Best, 5,500 sat, wheelchair place, held by somebody else",
    );
  });
  it("name what was taken", () => {
    expect(takenTitle(house, ["S-A1"])).toBe("Seat A1 in Stalls was just taken");
    expect(takenTitle(house, ["S-A1", "S-A2", "S-B1"])).toBe("Seats A1, A2 and B1 in Stalls were just taken");
    expect(takenTitle(house, ["S-A1", "C-B2"])).toBe("Seats A1 and B2 were just taken");
  });
  it("sum prices exactly", () => {
    expect(totalOf(house, show, ["S-A1", "S-A2"])).toBe("11000");
  });
});

describe("a countdown", () => {
  it.each([
    [299, "04:59"],
    [9, "00:09"],
    [0, "00:00"],
    [3_725, "1:02:05"],
  ])("of %i s reads %s", (seconds, face) => expect(clockFace(seconds)).toBe(face));
  it("says something new each half minute only", () => {
    const said = new Set(Array.from({ length: 121 }, (_, seconds) => spokenLeft(seconds)));
    expect([...said]).toEqual([
      "The hold has expired",
      "Less than 30 seconds left",
      "About 1 min left",
      "About 1 min 30 s left",
      "About 2 min left",
    ]);
  });
});

describe("a view", () => {
  const frame = { width: 400, height: 300 };
  const box = { x: 0, y: 0, width: 50, height: 50 };
  it("has the whole house in its middle", () => {
    const { x, y, k } = fitView(box, frame);
    expect(x + 25 * k).toBeCloseTo(200);
    expect(y + 25 * k).toBeCloseTo(150);
    expect(50 * k).toBeLessThan(300);
  });
  it("does not leave the house", () => {
    expect(clampView({ k: 20, x: 500, y: -5_000 }, box, frame)).toEqual({
      k: 20,
      x: 12,
      y: 300 - 12 - 1_000,
    });
  });
});
