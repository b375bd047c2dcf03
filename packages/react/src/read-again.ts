import type { QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * Reads anew what a confirmed mutation has changed. A first read that is under way may have begun before it, and TanStack Query
 * starts no second one beside it: what was just made would be missing until somebody asks again.
 */
export async function readAgain(queryClient: QueryClient, queryKey: QueryKey): Promise<void> {
  const query = queryClient.getQueryCache().find({ queryKey });
  if (query?.state.data === undefined) await query?.promise?.catch(() => {});
  await queryClient.invalidateQueries({ queryKey });
}
