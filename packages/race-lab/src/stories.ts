import type { StoryAbout, StrategyAbout } from "./about.ts";
import { about as chatOverwrite } from "./chat-overwrite/about.ts";
import { about as creditTwice } from "./credit-twice/about.ts";
import { about as retryAfterTimeout } from "./retry-after-timeout/about.ts";
import { about as seatSoldTwice } from "./seat-sold-twice/about.ts";
import type { limits } from "./settings.ts";
import { about as twoBoosts } from "./two-boosts/about.ts";

/** What a browser may know: nothing here reaches Postgres. */

export type { StoryAbout, StrategyAbout } from "./about.ts";
export { type Does, type LabEvent, labEvent, type Sample, type Step, type Verdict } from "./events.ts";
export { limits, type Settings, settingsInput } from "./settings.ts";

export const stories: readonly StoryAbout[] = [
  twoBoosts,
  creditTwice,
  retryAfterTimeout,
  chatOverwrite,
  seatSoldTwice,
];

/** What `GET /demo/lab` answers. */
export interface Catalogue {
  readonly limits: typeof limits;
  readonly stories: readonly (Omit<StoryAbout, "strategies"> & {
    readonly strategies: readonly (StrategyAbout & {
      /** Where its code stands in the repository. */
      readonly file: string;
      readonly code: string;
    })[];
  })[];
}
