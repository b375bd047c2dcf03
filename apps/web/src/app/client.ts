import { createHoldfast, isHoldfastError } from "@holdfast/client";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import type { SessionStore } from "../session/session-store.ts";

/** On the console's own origin; the token is read at each attempt, so a retry never carries an old one. */
export function createClient(store: SessionStore) {
  return createHoldfast({ url: "/", token: () => store.getState().session?.token ?? "" });
}

/** Reads that the server refuses for want of a valid session end the session, with that reason. */
export function createQueryClient(store: SessionStore): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isHoldfastError(error) && error.code === "UNAUTHENTICATED") store.end("expired");
      },
    }),
    // The client retries by itself within its deadline.
    defaultOptions: { queries: { retry: false, refetchOnWindowFocus: "always" } },
  });
}
