import type { HoldfastFailure } from "@holdfast/client";
import { useState } from "react";
import { useHoldfast } from "../context.ts";
import { queryKeys } from "../query-keys.ts";
import { shareConfirmed } from "../wallets/wallet-cache.ts";

export interface StopAnswer {
  /** The answer that is being said. */
  readonly answerId: string | undefined;
  /** Ends it; what was said stays, and is all that is paid for. Does nothing when none is being said. */
  stop(): Promise<void>;
  /** Until the server has said that it has ended. */
  readonly isStopping: boolean;
  /** Why the last `stop` did not come to an end; another one is safe. */
  readonly stopError: HoldfastFailure | undefined;
}

export function useStop(conversationId: string, answerId: string | undefined): StopAnswer {
  const scope = useHoldfast();
  const { client, queryClient, identity } = scope;
  const [asked, setAsked] = useState<string>();
  const [failed, setFailed] = useState<{ answerId: string; error: HoldfastFailure }>();

  async function stop(): Promise<void> {
    if (answerId === undefined) return;
    setAsked(answerId);
    setFailed(undefined);
    // One answer is stopped once: the key follows from it, for all attempts, tabs and reloads.
    const options = { idempotencyKey: `stop:${answerId}` };
    const stopped = await client.conversations.stop.safe({ conversationId, answerId }, options);
    if (!stopped.ok && stopped.error.code !== "ANSWER_ENDED") {
      setAsked(undefined);
      setFailed({ answerId, error: stopped.error });
      return;
    }
    if (stopped.ok && stopped.data.wallet !== undefined) shareConfirmed(scope, stopped.data.wallet);
    await queryClient.invalidateQueries(
      { queryKey: queryKeys.conversation(identity, conversationId) },
      { cancelRefetch: false },
    );
  }
  return {
    answerId,
    stop,
    isStopping: answerId !== undefined && asked === answerId,
    stopError: failed?.answerId === answerId ? failed?.error : undefined,
  };
}
