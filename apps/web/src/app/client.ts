import { createHoldfast } from "@holdfast/client";
import { QueryClient } from "@tanstack/react-query";
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

export function createQueryClient(): QueryClient {
  // The client retries by itself within its deadline.
  return new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: "always" } } });
}
