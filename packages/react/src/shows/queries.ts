import { queryOptions } from "@tanstack/react-query";
import type { MutationError, Show, ShowSummary } from "../client-types.ts";
import { queryKeys } from "../query-keys.ts";
import { BY_THE_CLIENT, type Reader } from "../reader.ts";
import { mergeShow } from "./merge.ts";

/** What `useShows` reads. */
export function showsQuery({ client, identity }: Reader) {
  return queryOptions<ShowSummary[], MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.shows(identity),
    queryFn: async ({ signal }) => (await client.shows.list({ limit: 100 }, { signal })).shows,
  });
}

/** What `useSeatMap` reads. */
export function showQuery({ client, identity }: Reader, showId: string) {
  return queryOptions<Show, MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.show(identity, showId),
    queryFn: ({ signal }) => client.shows.get({ showId }, { signal }),
    structuralSharing: (cached, show) => mergeShow(cached as Show | undefined, show as Show),
  });
}
