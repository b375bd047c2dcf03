import type { QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * Reads anew what a confirmed mutation has changed. A first read that is under way may have begun before it, and TanStack Query
 * starts no second one beside it: what was just made would be missing until somebody asks again.
 */
export async function readAgain(queryClient: QueryClient, queryKey: QueryKey): Promise<void> {
  const first = queryClient
    .getQueryCache()
    .findAll({ queryKey, predicate: ({ state }) => state.data === undefined });
  await Promise.all(first.map(({ promise }) => promise?.catch(() => {})));
  await queryClient.invalidateQueries({ queryKey });
}
