import type { Holdfast } from "@holdfast/client";
import type { QueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { createOutbox, type Outbox } from "./conversations/outbox.ts";
import { shareSent } from "./conversations/share-sent.ts";
import { createFeed, type Feed } from "./feed/feed.ts";
import { createIntentRegistry, type IntentRegistry } from "./intents/intent-registry.ts";

export interface HoldfastContextValue {
  readonly client: Holdfast;
  readonly queryClient: QueryClient;
  readonly identity: string;
  readonly intents: IntentRegistry;
  readonly feed: Feed;
  readonly outbox: Outbox;
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
    const scope = { client, queryClient, identity, feed: createFeed(client) };
    const intents = createIntentRegistry(identity);
    const outbox = createOutbox({
      storage: intents.storage,
      send: (draft, options) => client.conversations.send.safe(draft, options),
      onSent: (sent) => shareSent(scope, sent),
    });
    return { ...scope, intents, outbox };
  }, [client, queryClient, identity]);
  // Messages go out from whatever page is shown.
  useEffect(() => value.outbox.start(), [value]);
  return <HoldfastContext value={value}>{children}</HoldfastContext>;
}

/** The client and what the hooks share. Throws outside of `HoldfastProvider`. */
export function useHoldfast(): HoldfastContextValue {
  const value = useContext(HoldfastContext);
  if (!value) throw new Error("Holdfast's hooks need a <HoldfastProvider> above them.");
  return value;
}
