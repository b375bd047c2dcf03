import { describe, expect, it } from "vitest";
import { smallLayout } from "../../testing/small-layout.ts";
import { arrange } from "./arrange.ts";
import { buildHouse, placeAt } from "./house.ts";

const house = buildHouse(smallLayout, 1);

describe("buildHouse", () => {
  it("keeps every seat of the layout, in its order, and no aisle", () => {
    expect(house.places.map(({ id }) => id)).toEqual(
      smallLayout.sections.flatMap(({ rows }) =>
        rows.flatMap(({ seats }) => seats.flatMap((seat) => seat?.id ?? [])),
      ),
    );
    expect(house.places.every(({ at, id }) => house.places[at]?.id === id)).toBe(true);
    expect(house.byId.get("S-C4")).toMatchObject({ number: "4", section: 0, row: 2, accessible: true });
  });

  it("finds each seat where it stands, and nothing between two", () => {
    for (const place of house.places) {
      expect(placeAt(house, place.x, place.y)?.id).toBe(place.id);
      expect(placeAt(house, place.x + 0.3, place.y - 0.3)?.id).toBe(place.id);
    }
    const [first, second] = house.places;
    expect(placeAt(house, ((first?.x ?? 0) + (second?.x ?? 0)) / 2, first?.y ?? 0)).toBeUndefined();
    expect(placeAt(house, -5, -5)).toBeUndefined();
  });

  it("puts no two seats closer than a seat, and none outside of its section's box", () => {
    for (const { x, y, section } of house.places) {
      const near = house.places.filter((one) => Math.hypot(one.x - x, one.y - y) < 0.99);
      expect(near).toHaveLength(1);
      const box = house.sections[section]?.box ?? { x: 0, y: 0, width: 0, height: 0 };
      expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height).toBe(true);
    }
  });

  it("has the middle of a row further from the stage than its ends", () => {
    const y = (id: string) => house.byId.get(id)?.y ?? 0;
    expect(y("S-A3")).toBeGreaterThan(y("S-A1"));
    expect(y("S-A1")).toBeCloseTo(y("S-A6"));
  });
});

describe("arrange", () => {
  const space = { gap: 1, above: 0 };
  const halls = [
    { width: 50, height: 40 },
    { width: 50, height: 30 },
    { width: 50, height: 30 },
  ];
  it("stacks sections in a tall view, and sets the further ones beside each other in a wide one", () => {
    const tall = arrange(halls, 0.7, space);
    expect(tall.lines.map(({ y }) => y)).toEqual([0, 41, 72]);
    const wide = arrange(halls, 1.6, space);
    expect(wide.lines.map(({ x, y }) => [x, y])).toEqual([
      [25.5, 0],
      [0, 41],
      [51, 41],
    ]);
    expect(wide).toMatchObject({ width: 101, height: 71 });
  });
  it("arranges one section, and a hundred of them without trying all ways", () => {
    expect(arrange(halls.slice(0, 1), 1, space).lines).toEqual([{ at: 0, x: 0, y: 0 }]);
    const many = arrange(
      Array.from({ length: 100 }, () => ({ width: 5, height: 5 })),
      1,
      space,
    );
    expect(many.lines).toHaveLength(100);
    expect(Math.abs(many.width - many.height)).toBeLessThan(12);
  });
});
