import { useQuery } from "@tanstack/react-query";
import type { ConversationSummary } from "../client-types.ts";
import { useTopics } from "../feed/use-topics.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { applyToList, mergeList } from "./list.ts";

/** How many of the newest are shown, and of how many of them changes are heard: one subscription takes 50 topics in all. */
const SHOWN = 100;
const WATCHED = 30;

/** One's conversations, the newest first; the newest of them live, and all read again on focus. */
export function useConversations() {
  const { client, queryClient, identity } = useHoldfast();
  const queryKey = queryKeys.conversations(identity);
  const list = useQuery(
    {
      queryKey,
      queryFn: async ({ signal }) =>
        (await client.conversations.list({ limit: SHOWN }, { signal })).conversations,
      structuralSharing: (cached, read) =>
        mergeList(cached as ConversationSummary[] | undefined, read as ConversationSummary[]),
    },
    queryClient,
  );
  const watched = list.data?.slice(0, WATCHED) ?? [];
  useTopics(
    "conversation",
    watched.map(({ conversationId, version }) => ({ id: conversationId, version })),
    (events) => {
      const cached = queryClient.getQueryData<ConversationSummary[]>(queryKey);
      if (cached === undefined) return;
      const { list, isComplete } = applyToList(cached, events);
      if (list !== cached) queryClient.setQueryData(queryKey, list);
      if (!isComplete) void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false });
    },
  );
  return list;
}
