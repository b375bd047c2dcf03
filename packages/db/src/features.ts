import { createConversationsFeature } from "./conversations/feature.ts";
import { type AnswerTerms, DEFAULT_TERMS } from "./conversations/terms.ts";
import { keysFeature } from "./keys/feature.ts";
import { createShowsFeature } from "./shows/feature.ts";
import { walletsFeature } from "./wallets/feature.ts";
import { createWebhooksFeature } from "./webhooks/feature.ts";
import type { Feature } from "./write-path/feature.ts";

export interface FeatureOptions {
  /** Allows webhooks to this very machine, by http too: for development. */
  readonly loopbackWebhooks?: boolean;
}

/** What Holdfast can write, in the one global lock order, with terms of one's own for answers. */
export function createFeatures(
  terms: Partial<AnswerTerms> = {},
  { loopbackWebhooks: loopback = false }: FeatureOptions = {},
): readonly Feature[] {
  const watchable = [
    walletsFeature as Feature,
    createShowsFeature() as Feature,
    createConversationsFeature({ ...DEFAULT_TERMS, ...terms }) as Feature,
    keysFeature as Feature,
  ];
  const kinds = watchable.flatMap(({ topic }) => topic?.kind ?? []);
  return [...watchable, createWebhooksFeature({ kinds, loopback }) as Feature];
}

/** The same, where answers cost nothing. */
export const holdfastFeatures: readonly Feature[] = createFeatures();
