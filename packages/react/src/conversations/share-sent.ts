import type { QueryClient } from "@tanstack/react-query";
import type { Sent, Transcript } from "../client-types.ts";
import type { Feed } from "../feed/feed.ts";
import { queryKeys } from "../query-keys.ts";
import { shareConfirmed } from "../wallets/wallet-cache.ts";
import { noteSent } from "./transcript.ts";

interface Scope {
  readonly queryClient: QueryClient;
  readonly identity: string;
  readonly feed: Pick<Feed, "getState">;
}

/** Shares what a sent message's answer tells. The message itself comes by the feed, or is read where there is none. */
export function shareSent({ queryClient, identity, feed }: Scope, sent: Sent): void {
  const queryKey = queryKeys.conversation(identity, sent.conversationId);
  queryClient.setQueryData<Transcript>(queryKey, (cached) => cached && noteSent(cached, sent));
  if (sent.wallet !== undefined) shareConfirmed({ queryClient, identity }, sent.wallet);
  if (feed.getState() !== "live") void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false });
}
