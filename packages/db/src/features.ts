import { createConversationsFeature } from "./conversations/feature.ts";
import { type AnswerTerms, DEFAULT_TERMS } from "./conversations/terms.ts";
import { keysFeature } from "./keys/feature.ts";
import { createShowsFeature } from "./shows/feature.ts";
import { walletsFeature } from "./wallets/feature.ts";
import type { Feature } from "./write-path/feature.ts";

/** What Holdfast can write, in the one global lock order, with terms of one's own for answers. */
export function createFeatures(terms: Partial<AnswerTerms> = {}): readonly Feature[] {
  return [
    walletsFeature as Feature,
    createShowsFeature() as Feature,
    createConversationsFeature({ ...DEFAULT_TERMS, ...terms }) as Feature,
    keysFeature as Feature,
  ];
}

/** The same, where answers cost nothing. */
export const holdfastFeatures: readonly Feature[] = createFeatures();
