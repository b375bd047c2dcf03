import { createShowsFeature } from "./shows/feature.ts";
import { walletsFeature } from "./wallets/feature.ts";
import type { Feature } from "./write-path/feature.ts";

/** What Holdfast can write, in the one global lock order. */
export const holdfastFeatures: readonly Feature[] = [
  walletsFeature as Feature,
  createShowsFeature() as Feature,
];
