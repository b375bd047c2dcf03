import type { Holdfast } from "@holdfast/client";
import { queryOptions } from "@tanstack/react-query";
import type { ConversationSummary, MutationError, Transcript } from "../client-types.ts";
import { queryKeys } from "../query-keys.ts";
import { BY_THE_CLIENT, type Reader } from "../reader.ts";
import { mergeList } from "./list.ts";
import { mergeTranscript } from "./transcript.ts";

/** Messages of a page, and the most that one read answers. */
export const PAGE = 50;
const MOST = 200;
/** How many conversations are listed, the newest first. */
const LISTED = 100;

/** What `useConversations` reads. */
export function conversationsQuery({ client, identity }: Reader) {
  return queryOptions<ConversationSummary[], MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.conversations(identity),
    queryFn: async ({ signal }) =>
      (await client.conversations.list({ limit: LISTED }, { signal })).conversations,
    structuralSharing: (cached, read) =>
      mergeList(cached as ConversationSummary[] | undefined, read as ConversationSummary[]),
  });
}

/** What `useConversation` reads: the newest messages. */
export function conversationQuery({ client, identity }: Reader, conversationId: string) {
  return queryOptions<Transcript, MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.conversation(identity, conversationId),
    queryFn: ({ signal }) => readConversation(client, conversationId, signal),
    structuralSharing: (cached, next) =>
      mergeTranscript(cached as Transcript | undefined, next as Transcript),
  });
}

async function readConversation(
  { conversations }: Holdfast,
  conversationId: string,
  signal: AbortSignal,
): Promise<Transcript> {
  const read = await conversations.get({ conversationId, limit: PAGE }, { signal });
  const { answerId, messages } = read;
  // The feed tells what is said from this version on, so an answer behind many waiting messages belongs to the same read.
  if (answerId === null || messages.some(({ message }) => message.id === answerId)) return read;
  return conversations.get({ conversationId, limit: MOST }, { signal });
}
