import type { Catalogue, Settings } from "@holdfast/race-lab/stories";

export type StoryEntry = Catalogue["stories"][number];
export type StrategyEntry = StoryEntry["strategies"][number];

export const settingNames = [
  "callers",
  "calls",
  "callsPerSecond",
  "latencyMs",
  "duplicatesPercent",
  "lostAnswersPercent",
  "seconds",
  "seed",
] as const satisfies readonly (keyof Settings)[];

/** What is raced, as the address says it: everything that a run depends on, and nothing else. */
export type RaceSearch = {
  readonly story?: string;
  /** The two strategies, by their place on the page. */
  readonly left?: string;
  readonly right?: string;
} & { readonly [name in keyof Settings]?: number | undefined };

export const sides = ["left", "right"] as const;
export type Side = (typeof sides)[number];

/** What an address asks for. What makes no sense is as if it were left out. */
export function parseRaceSearch(search: Record<string, unknown>): RaceSearch {
  const words = ["story", ...sides].filter((name) => typeof search[name] === "string");
  const numbers = settingNames.filter((name) => Number.isSafeInteger(search[name]));
  return Object.fromEntries([...words, ...numbers].map((name) => [name, search[name]]));
}

/** What is raced: two strategies at one story, with the same settings. */
export interface Choice {
  readonly story: StoryEntry;
  readonly left: StrategyEntry;
  readonly right: StrategyEntry;
  readonly settings: Settings;
}

/** The race that an address asks for; where it says nothing, a careless strategy meets Holdfast. */
export function choiceOf({ stories, limits }: Catalogue, search: RaceSearch): Choice {
  const story = stories.find(({ id }) => id === search.story) ?? stories[0];
  if (!story) throw new Error("The server's race lab has no stories.");
  const { strategies, defaults } = story;
  const named = (id: string | undefined) => strategies.find((strategy) => strategy.id === id);
  const left = named(search.left) ?? strategies.find(({ holds }) => !holds) ?? strategies[0];
  const right = named(search.right) ?? named("holdfast") ?? strategies.at(-1);
  if (!left || !right) throw new Error(`The race lab's story "${story.id}" has no strategies.`);
  const settings = Object.fromEntries(
    settingNames.map((name) => {
      const asked = search[name];
      const fits = asked !== undefined && asked >= limits[name].min && asked <= limits[name].max;
      return [name, fits ? asked : defaults[name]];
    }),
  );
  return { story, left, right, settings: settings as unknown as Settings };
}

/** The address of a choice, with all that it depends on: defaults may be others tomorrow. */
export function addressOf({ story, left, right, settings }: Choice): string {
  const numbers = settingNames.map((name) => [name, String(settings[name])]);
  const search = new URLSearchParams([
    ["story", story.id],
    ["left", left.id],
    ["right", right.id],
    ...(numbers as [string, string][]),
  ]);
  return `/race-lab?${search}`;
}
