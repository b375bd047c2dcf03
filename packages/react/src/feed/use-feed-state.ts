import type { WatchState } from "@holdfast/client";
import { useSyncExternalStore } from "react";
import { useHoldfast } from "../context.ts";

/** Nothing is watched on a server, and what it renders is what a page begins with. */
const atFirst = (): WatchState => "connecting";

/** Whether what is shown changes by itself at the moment: "live", or on its way to be. */
export function useFeedState(): WatchState {
  const { feed } = useHoldfast();
  return useSyncExternalStore(feed.subscribe, feed.getState, atFirst);
}
