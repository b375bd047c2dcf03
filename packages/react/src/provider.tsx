import type { Holdfast } from "@holdfast/client";
import type { QueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { type Background, createBackground } from "./background.ts";
import { createFeed, type Feed } from "./feed/feed.ts";
import { createIntentRegistry, type IntentRegistry } from "./intents/intent-registry.ts";
import { OUTBOX_SLOT } from "./outbox-slot.ts";
import type { Reader } from "./reader.ts";

export interface HoldfastContextValue extends Reader {
  readonly queryClient: QueryClient;
  readonly intents: IntentRegistry;
  readonly feed: Feed;
  readonly background: Background;
}

const HoldfastContext = createContext<HoldfastContextValue | undefined>(undefined);

export interface HoldfastProviderProps {
  readonly client: Holdfast;
  /** The application's own: Holdfast adds entries below the key "holdfast" and touches no other. */
  readonly queryClient: QueryClient;
  /** Who is signed in, for example `${tenantId}:${subject}`: parts one person's cache and undecided intents from another's. */
  readonly identity: string;
  readonly children: ReactNode;
}

export function HoldfastProvider({ client, queryClient, identity, children }: HoldfastProviderProps) {
  const value = useMemo(() => {
    const intents = createIntentRegistry(identity);
    return {
      client,
      queryClient,
      identity,
      intents,
      feed: createFeed(client),
      background: createBackground(),
    };
  }, [client, queryClient, identity]);
  useEffect(() => value.background.start(), [value]);
  useEffect(() => sendWhatWasLeft(value), [value]);
  return <HoldfastContext value={value}>{children}</HoldfastContext>;
}

/** Messages go out from whatever page is shown. Their code comes when there are any: most pages have no conversation. */
function sendWhatWasLeft(scope: HoldfastContextValue): () => void {
  const { storage } = scope.intents;
  const send = (): void => {
    if (storage.list(OUTBOX_SLOT).length === 0) return;
    // Where it can't be had now, the messages stay on disk for the next page or the next conversation that is shown.
    import("./conversations/use-outbox.ts").then(({ runOutbox }) => runOutbox(scope)).catch(() => {});
  };
  send();
  return storage.watch(OUTBOX_SLOT, send);
}

/** The client and what the hooks share. Throws outside of `HoldfastProvider`. */
export function useHoldfast(): HoldfastContextValue {
  const value = useContext(HoldfastContext);
  if (!value) throw new Error("Holdfast's hooks need a <HoldfastProvider> above them.");
  return value;
}
