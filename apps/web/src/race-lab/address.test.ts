import { limits, stories } from "@holdfast/race-lab/stories";
import { describe, expect, it } from "vitest";
import { addressOf, choiceOf, parseRaceSearch, settingNames } from "./address.ts";

const catalogue = {
  limits,
  stories: stories.map((story) => ({
    ...story,
    strategies: story.strategies.map((strategy) => ({ ...strategy, file: "", code: "" })),
  })),
};

/** As the router reads a query: numbers are numbers. */
function searchOf(address: string): Record<string, unknown> {
  const { searchParams } = new URL(address, "http://console");
  return Object.fromEntries(
    [...searchParams].map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]),
  );
}

describe.each(stories.map((story) => [story.id, story] as const))("%s", (id, story) => {
  it("lets a careless strategy meet Holdfast when nothing is said", () => {
    const choice = choiceOf(catalogue, { story: id });
    expect(choice.left.holds).toBe(false);
    expect(choice.right.id).toBe("holdfast");
    expect(choice.settings).toEqual(story.defaults);
  });

  it("comes back from its address as it was", () => {
    const choice = choiceOf(catalogue, { story: id, left: "for-update", callers: 7, seed: 12, latencyMs: 0 });
    const search = parseRaceSearch(searchOf(addressOf(choice)));
    expect(Object.keys(search)).toEqual(["story", "left", "right", ...settingNames]);
    expect(choiceOf(catalogue, search)).toEqual(choice);
    expect(choice.settings).toMatchObject({ callers: 7, seed: 12, latencyMs: 0 });
  });
});

it("takes what makes no sense as if it were left out", () => {
  const search = parseRaceSearch({
    story: 7,
    left: "nobody",
    callers: "many",
    calls: 1e9,
    latencyMs: -1,
    x: 1,
  });
  const choice = choiceOf(catalogue, search);
  expect(choice).toEqual(choiceOf(catalogue, {}));
});
