import { createHoldfast, isHoldfastError } from "@holdfast/client";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import type { SessionStore } from "../session/session-store.ts";
import type { Connection } from "./connection.ts";

/** On the console's own origin; the token is read at each attempt, so a retry never carries an old one. */
export function createClient(store: SessionStore, connection: Connection) {
  return createHoldfast({
    url: "/",
    token: () => store.getState().session?.token ?? "",
    fetch: connection.fetch,
  });
}

export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isHoldfastError(error) && error.code === "UNAUTHENTICATED") onSignedOut();
      },
    }),
    // The client retries by itself within its deadline.
    defaultOptions: { queries: { retry: false, refetchOnWindowFocus: "always" } },
  });
}
