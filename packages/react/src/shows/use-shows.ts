import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useHoldfast } from "../context.ts";
import { showsQuery } from "./queries.ts";

/** The shows of one's tenant, the newest first; read again on focus. */
export function useShows() {
  const scope = useHoldfast();
  return useQuery(showsQuery(scope), scope.queryClient);
}

/** `useShows` that suspends until they are read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseShows() {
  const scope = useHoldfast();
  return useSuspenseQuery(showsQuery(scope), scope.queryClient);
}
