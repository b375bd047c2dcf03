import { readFile } from "node:fs/promises";
import { limits } from "./settings.ts";
import { type Catalogue, stories } from "./stories.ts";

/** Every story with the source of its strategies, as it runs. */
export async function readCatalogue(): Promise<Catalogue> {
  return {
    limits,
    stories: await Promise.all(
      stories.map(async (story) => ({
        ...story,
        strategies: await Promise.all(
          story.strategies.map(async (strategy) => {
            const file = `${story.id}/${strategy.id}.ts`;
            const code = await readFile(new URL(file, import.meta.url), "utf8");
            return { ...strategy, file: `packages/race-lab/src/${file}`, code };
          }),
        ),
      })),
    ),
  };
}
