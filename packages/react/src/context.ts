import type { QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import type { Background } from "./background.ts";
import type { Feed } from "./feed/feed.ts";
import type { IntentRegistry } from "./intents/intent-registry.ts";
import type { Reader } from "./reader.ts";

export interface HoldfastContextValue extends Reader {
  readonly queryClient: QueryClient;
  readonly intents: IntentRegistry;
  readonly feed: Feed;
  readonly background: Background;
}

export const HoldfastContext = createContext<HoldfastContextValue | undefined>(undefined);

/** The client and what the hooks share. Throws outside of `HoldfastProvider`. */
export function useHoldfast(): HoldfastContextValue {
  const value = useContext(HoldfastContext);
  if (!value) throw new Error("Holdfast's hooks need a <HoldfastProvider> above them.");
  return value;
}
