import { buildIntentSurface, buildSurface } from "./build-surface.ts";
import type { Caller } from "./call.ts";
import type { RetryEvent } from "./call-options.ts";
import type { Fetch } from "./http.ts";
import type { IntentStore } from "./intents.ts";
import type { IntentSurface, Surface } from "./surface.ts";
import type { Token } from "./token.ts";
import { createTransport } from "./transport.ts";
import { type WatchedTopic, type WatchOptions, watch } from "./watch.ts";
import { createWithHold, type WithHold } from "./with-hold.ts";

export interface HoldfastOptions {
  /** Where the server is, for example "http://127.0.0.1:4000"; in a browser also a path. */
  readonly url: string;
  /** A bearer token, or a function that gives one before every attempt. */
  readonly token: Token;
  /** Milliseconds that a call may take with all its retries, unless it says otherwise, or one attempt of `watch`: 10,000. */
  readonly deadlineMs?: number | undefined;
  /** Instead of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Told before each retry, for logs and metrics. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

export interface Holdfast extends Surface {
  /** Reserves credit, runs the work, captures what it used and releases the rest. */
  readonly withHold: WithHold;
  /** Every change of some topics, live and without a gap: see `watch`. */
  watch(topics: readonly WatchedTopic[], options?: WatchOptions): ReturnType<typeof watch>;
  /** The mutations, sent with a key that the store keeps under the name until the intent is decided. One name, one call. */
  intent(name: string, store: IntentStore): IntentSurface;
}

const DEFAULT_DEADLINE_MS = 10_000;

/** A client of one server. Throws TypeError when the url is none. */
export function createHoldfast({ url, token, deadlineMs, fetch, onRetry }: HoldfastOptions): Holdfast {
  const address = endpoint(url);
  const send: Fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  const caller: Caller = {
    transport: createTransport(address, send),
    token,
    deadlineMs: deadlineMs ?? DEFAULT_DEADLINE_MS,
    onRetry,
  };
  const surface = buildSurface(caller);
  return {
    ...surface,
    withHold: createWithHold(surface.wallets, caller.deadlineMs),
    watch: (topics, options) => watch({ ...caller, url: address, fetch: send }, topics, options),
    intent: (name, store) => buildIntentSurface(caller, { name, store }),
  };
}

function endpoint(url: string): string {
  const { location } = globalThis as { location?: { href: string } };
  return new URL(`${url.replace(/\/+$/, "")}/trpc`, location?.href).href;
}
