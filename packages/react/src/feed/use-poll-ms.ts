import { useFeedState } from "./use-feed-state.ts";

export interface PollOptions {
  /** How often to read, in milliseconds, while the change feed is away; not at all when left out. */
  readonly pollMs?: number;
}

/** What is live needs no polling: the interval for TanStack Query's `refetchInterval`. */
export function usePollMs({ pollMs }: PollOptions): number | false {
  return useFeedState() === "live" ? false : (pollMs ?? false);
}
