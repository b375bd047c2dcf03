import type { Send } from "./wire.ts";

export interface Connection {
  /** Whether the last request got any reply at all. */
  isAnswered(): boolean;
  subscribe(listener: () => void): () => void;
  /** Instead of the global one: notes how each request ends. */
  readonly fetch: Send;
}

/** Watches what the client sends by `send`. `onSignedOut`: the server no longer takes the token. */
export function createConnection(send: Send, onSignedOut: () => void): Connection {
  const listeners = new Set<() => void>();
  let answered = true;

  function note(next: boolean) {
    if (next === answered) return;
    answered = next;
    for (const listener of listeners) listener();
  }

  return {
    isAnswered: () => answered,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async fetch(input, init) {
      try {
        const response = await send(input, init);
        note(true);
        if (response.status === 401) onSignedOut();
        return response;
      } catch (error) {
        // A request that this page gave up says nothing about the server.
        if (!init?.signal?.aborted) note(false);
        throw error;
      }
    },
  };
}
