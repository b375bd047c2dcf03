import { describe, expect, it } from "vitest";
import { smallLayout } from "../../testing/small-layout.ts";
import { buildHouse } from "./house.ts";
import { navigate } from "./navigate.ts";

const house = buildHouse(smallLayout, 1);

describe("navigate", () => {
  it.each([
    ["steps over an aisle", "S-A3", "ArrowRight", "S-A4"],
    ["steps back over it", "S-A4", "ArrowLeft", "S-A3"],
    ["stops at a row's end", "S-A6", "ArrowRight", undefined],
    ["goes to the nearest seat of the next row", "S-A2", "ArrowDown", "S-B1"],
    ["goes straight ahead in a shorter row", "S-B2", "ArrowDown", "S-C5"],
    ["goes back a row", "S-C1", "ArrowUp", "S-B1"],
    ["goes on in the next section, over a row without seats", "S-C3", "ArrowDown", "C-B3"],
    ["comes back from it", "C-B3", "ArrowUp", "S-C3"],
    ["stops at the stage", "S-A1", "ArrowUp", undefined],
    ["goes to a row's start", "S-A5", "Home", "S-A1"],
    ["goes to a row's end", "S-A1", "End", "S-A6"],
    ["goes to the next section", "S-A1", "PageDown", "C-B1"],
    ["stops at the last section", "C-B1", "PageDown", undefined],
    ["leaves other keys alone", "S-A1", "a", undefined],
  ])("%s", (_, from, key, to) => {
    const place = house.byId.get(from);
    if (!place) throw new Error(`no seat ${from}`);
    expect(navigate(house, place, key, false)?.id).toBe(to);
  });

  it("goes to the first and the last seat of the house with Ctrl", () => {
    const [first] = house.places;
    if (!first) throw new Error("no seats");
    expect(navigate(house, first, "End", true)?.id).toBe("C-B5");
    expect(navigate(house, house.places.at(-1) ?? first, "Home", true)).toBe(first);
  });
});
