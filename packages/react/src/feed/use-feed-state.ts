import type { WatchState } from "@holdfast/client";
import { useSyncExternalStore } from "react";
import { useHoldfast } from "../provider.tsx";

/** Whether what is shown changes by itself at the moment: "live", or on its way to be. */
export function useFeedState(): WatchState {
  const { feed } = useHoldfast();
  return useSyncExternalStore(feed.subscribe, feed.getState, feed.getState);
}
