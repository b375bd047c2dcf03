import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import type { ConversationSummary } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { useTopics } from "../feed/use-topics.ts";
import { applyToList } from "./list.ts";
import { conversationsQuery } from "./queries.ts";

/** Of how many of the newest changes are heard: one subscription takes 50 topics in all. */
const WATCHED = 30;

/** One's conversations, the newest first; the newest of them live, and all read again on focus. */
export function useConversations() {
  const scope = useHoldfast();
  const list = useQuery(conversationsQuery(scope), scope.queryClient);
  useLiveList(list.data);
  return list;
}

/** `useConversations` that suspends until they are read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseConversations() {
  const scope = useHoldfast();
  const list = useSuspenseQuery(conversationsQuery(scope), scope.queryClient);
  useLiveList(list.data);
  return list;
}

function useLiveList(list: readonly ConversationSummary[] | undefined): void {
  const scope = useHoldfast();
  const { queryClient } = scope;
  const { queryKey } = conversationsQuery(scope);
  const watched = list?.slice(0, WATCHED) ?? [];
  useTopics(
    "conversation",
    watched.map(({ conversationId, version }) => ({ id: conversationId, version })),
    (events) => {
      const cached = queryClient.getQueryData(queryKey);
      if (cached === undefined) return;
      const { list, isComplete } = applyToList(cached, events);
      if (list !== cached) queryClient.setQueryData(queryKey, list);
      if (!isComplete) void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false });
    },
  );
}
