import type { ChangeEvent, HoldfastFailure, Message, WatchState } from "@holdfast/client";
import { type UseQueryResult, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Transcript } from "../client-types.ts";
import { type HoldfastContextValue, useHoldfast } from "../context.ts";
import { useFeedState } from "../feed/use-feed-state.ts";
import { type PollOptions, usePollMs } from "../feed/use-poll-ms.ts";
import { useTopics } from "../feed/use-topics.ts";
import { newKey } from "../intents/intent-controller.ts";
import type { OutboxItem, SendOptions } from "./outbox-item.ts";
import { conversationQuery, PAGE } from "./queries.ts";
import { applyChanges, withOlder } from "./transcript.ts";
import { useOutbox } from "./use-outbox.ts";
import { type StopAnswer, useStop } from "./use-stop.ts";

export interface ConversationHandle extends StopAnswer {
  /** The conversation and its messages by seq, without a gap, as of one version. Undefined until it is read. */
  readonly conversation: Transcript | undefined;
  /** One's own messages that are not in it yet, in the order in which they are sent; kept through reloads. */
  readonly outbox: readonly OutboxItem[];
  /** Whether a message of the outbox is on its way. */
  readonly isSending: boolean;
  /**
   * Puts a message into the outbox, at once and for good: it is on disk when this returns its id. Text that says nothing is not
   * sent (undefined). The same message again is not sent twice.
   */
  send(content: string | UserMessage, options?: SendOptions): string | undefined;
  /** Sends a failed message again, with the same id. */
  retry(messageId: string): void;
  discard(messageId: string): void;
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  loadOlder(): Promise<void>;
  /** "live" while every change is told within a moment. */
  readonly freshness: WatchState;
  readonly isPending: boolean;
  readonly error: HoldfastFailure | undefined;
  refetch(): void;
}

export type UserMessage = Message & { role: "user" };

/** An answer of which nothing is heard for so long is asked about: whoever said it may have vanished. */
const QUIET_MS = { live: 5_000, otherwise: 1_000 };
const NONE: readonly OutboxItem[] = [];

/** One conversation, live: messages by their seq, answers as they are said, and one's own that are on their way. */
export function useConversation(conversationId: string, options: PollOptions = {}): ConversationHandle {
  const scope = useHoldfast();
  const refetchInterval = useAskAgain(options);
  const query = { ...conversationQuery(scope, conversationId), refetchInterval };
  return useLiveConversation(conversationId, useQuery(query, scope.queryClient));
}

/** `useConversation` that suspends until it is read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseConversation(
  conversationId: string,
  options: PollOptions = {},
): ConversationHandle & { readonly conversation: Transcript } {
  const scope = useHoldfast();
  const refetchInterval = useAskAgain(options);
  const query = { ...conversationQuery(scope, conversationId), refetchInterval };
  const read = useSuspenseQuery(query, scope.queryClient);
  return { ...useLiveConversation(conversationId, read), conversation: read.data };
}

function useAskAgain(options: PollOptions) {
  const pollMs = usePollMs(options);
  const quietMs = useFeedState() === "live" ? QUIET_MS.live : QUIET_MS.otherwise;
  return ({ state }: { state: { data: Transcript | undefined } }): number | false =>
    state.data?.answerId ? quietMs : pollMs;
}

type ReadConversation = Pick<
  UseQueryResult<Transcript, HoldfastFailure>,
  "data" | "isPending" | "error" | "refetch"
>;

function useLiveConversation(conversationId: string, read: ReadConversation): ConversationHandle {
  const scope = useHoldfast();
  const { client, queryClient } = scope;
  const outbox = useOutbox();
  const { queryKey } = conversationQuery(scope, conversationId);
  const conversation = read.data;

  /** What was told and can't be applied yet, because something before it is being read. */
  const ahead = useRef<readonly ChangeEvent[]>([]);
  useTopics(
    "conversation",
    conversation === undefined ? [] : [{ id: conversationId, version: conversation.version }],
    (events) => {
      ahead.current = [...ahead.current, ...events];
      catchUp(scope, conversationId, ahead);
    },
  );
  // After a read, what was told meanwhile follows it.
  useEffect(() => {
    if (conversation !== undefined && ahead.current.length > 0) catchUp(scope, conversationId, ahead);
  }, [scope, conversationId, conversation]);

  const [isLoadingOlder, setLoadingOlder] = useState(false);
  async function loadOlder(): Promise<void> {
    const before = queryClient.getQueryData(queryKey)?.messages[0]?.seq;
    if (isLoadingOlder || before === undefined || before === "1") return;
    setLoadingOlder(true);
    try {
      const page = await client.conversations.messages({
        conversationId,
        before: BigInt(before),
        limit: PAGE,
      });
      queryClient.setQueryData(queryKey, (cached) => cached && withOlder(cached, page));
    } finally {
      setLoadingOlder(false);
    }
  }

  const items = useSyncExternalStore(outbox.subscribe, outbox.getItems, () => NONE);
  const lastSeq = conversation?.lastSeq;
  useEffect(() => {
    if (lastSeq !== undefined) outbox.seen(conversationId, lastSeq);
  }, [outbox, conversationId, lastSeq]);
  const unseen = useMemo(
    () => unseenItems(items, conversationId, conversation),
    [items, conversationId, conversation],
  );

  return {
    conversation,
    outbox: unseen,
    isSending: unseen.some(({ status }) => status === "pending"),
    send(content, options = {}) {
      if (typeof content === "string" && content.trim() === "") return undefined;
      const message: UserMessage =
        typeof content === "string"
          ? { id: newKey(), role: "user", parts: [{ type: "text", text: content }] }
          : content;
      outbox.add({ conversationId, message, whenBusy: "queue", ...options });
      return message.id;
    },
    retry: outbox.retry,
    discard: outbox.discard,
    hasOlder: BigInt(conversation?.messages[0]?.seq ?? "1") > 1n,
    isLoadingOlder,
    loadOlder,
    ...useStop(conversationId, conversation?.answerId ?? undefined),
    freshness: useFeedState(),
    isPending: read.isPending,
    error: read.error ?? undefined,
    refetch: () => void read.refetch(),
  };
}

function catchUp(
  scope: HoldfastContextValue,
  conversationId: string,
  ahead: { current: readonly ChangeEvent[] },
): void {
  const { queryClient } = scope;
  const { queryKey } = conversationQuery(scope, conversationId);
  const cached = queryClient.getQueryData(queryKey);
  const next = cached && applyChanges(cached, ahead.current);
  if (next === undefined) {
    // A read that is under way is not begun anew: an answer that is being said would never let one end.
    void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false });
    return;
  }
  ahead.current = [];
  if (next !== cached) queryClient.setQueryData(queryKey, next);
}

function unseenItems(
  items: readonly OutboxItem[],
  conversationId: string,
  conversation: Transcript | undefined,
): readonly OutboxItem[] {
  const own = items.filter((item) => item.conversationId === conversationId);
  if (own.length === 0) return NONE;
  const shown = new Set(conversation?.messages.map(({ message }) => message.id));
  const lastSeq = BigInt(conversation?.lastSeq ?? "0");
  return own.filter(({ status, messageId, seq }) => {
    // A failed one stays to be seen: its id may be that of another message.
    if (status === "failed") return true;
    return !shown.has(messageId) && (seq === undefined || BigInt(seq) > lastSeq);
  });
}
