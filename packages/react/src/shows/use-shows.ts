import { useQuery } from "@tanstack/react-query";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";

/** The shows of one's tenant, the newest first; read again on focus. */
export function useShows() {
  const { client, queryClient, identity } = useHoldfast();
  return useQuery(
    {
      queryKey: queryKeys.shows(identity),
      queryFn: async ({ signal }) => (await client.shows.list({ limit: 100 }, { signal })).shows,
    },
    queryClient,
  );
}
