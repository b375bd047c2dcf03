import { useEffect, useSyncExternalStore } from "react";
import { useHoldfast } from "../context.ts";
import { useResume } from "../intents/use-resume.ts";
import { createStreamSession, type StreamState, type StreamTerms } from "./stream-session.ts";
import { shareConfirmed } from "./wallet-cache.ts";

export interface Stream extends StreamState {
  readonly start: (terms: StreamTerms) => void;
  readonly stop: () => void;
  /** Asks again for the outcome of one tick; the same session and minute can't be paid twice. */
  readonly check: (tickId: string) => void;
}

/** Pays a wallet for each minute of listening, from `start` until `stop`, a refusal, or the component's end. */
export function useStream(fromWalletId: string): Stream {
  const scope = useHoldfast();
  const session = scope.intents.open(`stream:${fromWalletId}`, (storage) =>
    createStreamSession({
      fromWalletId,
      storage,
      send: async (input) => {
        const result = await scope.client.wallets.stream.safe(input);
        if (result.ok) shareConfirmed(scope, result.data, input.toWalletId);
        return result;
      },
    }),
  );
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getInitialState);

  useResume(session.resume);
  useEffect(() => () => session.stop("left"), [session]);

  return { ...state, start: session.start, stop: session.stop, check: session.check };
}
