import type { Holdfast } from "@holdfast/client";
import type { QueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo } from "react";
import { createBackground } from "./background.ts";
import { HoldfastContext, type HoldfastContextValue } from "./context.ts";
import { createFeed } from "./feed/feed.ts";
import { createIntentRegistry } from "./intents/intent-registry.ts";
import { OUTBOX_SLOT } from "./outbox-slot.ts";

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
    const feed = createFeed(client);
    const background = createBackground();
    return { client, queryClient, identity, intents, feed, background };
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
