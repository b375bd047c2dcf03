export type Send = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/** Where what the client sends leaves the page. */
export interface Wire {
  readonly send: Send;
  /** Puts something between the page and the network; undefined takes it away. */
  through(between: ((send: Send) => Send) | undefined): void;
  /** Ends the streams that are open, as a network does that goes away. */
  cut(): void;
}

export function createWire(): Wire {
  let streams = new AbortController();
  const network: Send = (input, init) => fetch(input, isStream(init) ? cuttable(init) : init);
  let send = network;

  function cuttable(init?: RequestInit): RequestInit {
    return { ...init, signal: AbortSignal.any([streams.signal, ...(init?.signal ? [init.signal] : [])]) };
  }

  return {
    send: (input, init) => send(input, init),
    through(between) {
      send = between ? between(network) : network;
    },
    cut() {
      streams.abort();
      streams = new AbortController();
    },
  };
}

/** The change feed, which stays open; a call is over when it is answered. */
export function isStream(init: RequestInit | undefined): boolean {
  return new Headers(init?.headers).get("accept") === "text/event-stream";
}
