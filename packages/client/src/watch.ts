import type { WireError } from "@holdfast/api";
import type { ChangeEvent } from "@holdfast/db";
import { nextDelayMs } from "./backoff.ts";
import { type HoldfastFailure, isHoldfastError } from "./client-error.ts";
import { startDeadline } from "./deadline.ts";
import { failureOf, noToken } from "./failures.ts";
import { type Fetch, ForeignReply } from "./http.ts";
import { type ServerEvent, serverEvents } from "./server-events.ts";
import { authorize, type Token } from "./token.ts";

/** What can be watched, and the last version of it that is known here. */
export interface WatchedTopic {
  readonly kind: "wallet" | "show" | "conversation" | (string & {});
  readonly id: string;
  /** Every later version is told. Left out: the first event is a `reset` that tells the version as it is. */
  readonly since?: string | undefined;
}

/** "live": what is told is what is; "connecting": an attempt is under way; "waiting": for the next one, after a failure. */
export type WatchState = "connecting" | "live" | "waiting";

export interface WatchOptions {
  /** Ends the events. */
  readonly signal?: AbortSignal | undefined;
  readonly onState?: ((state: WatchState) => void) | undefined;
}

/** What the subscriptions of one client share. */
export interface Subscriber {
  readonly url: string;
  readonly fetch: Fetch;
  readonly token: Token;
  /** What one attempt to connect may take, in milliseconds. */
  readonly deadlineMs: number;
}

const PATH = "changes.watch";
/** The longest pause between two attempts, in milliseconds; a server that restarts is back sooner. */
const PATIENCE_MS = 10_000;

/**
 * Every change of some topics, live: each version once and in its order, those of a moment together. A connection that is lost is
 * taken up again where it was, for as long as it takes; `reset` says to read the topic, and go on from its version.
 *
 * @throws HoldfastClientError NOT_FOUND for a topic that is not there or may not be seen, BAD_REQUEST, UNAUTHENTICATED.
 */
export async function* watch(
  subscriber: Subscriber,
  topics: readonly WatchedTopic[],
  { signal = new AbortController().signal, onState = () => {} }: WatchOptions = {},
): AsyncGenerator<readonly ChangeEvent[], void, undefined> {
  let state: WatchState | undefined;
  const become = (next: WatchState): void => {
    if (next !== state) onState(next);
    state = next;
  };
  let lastEventId: string | undefined;
  let failedAttempts = 0;
  let refused: string | undefined;
  let wasLive = false;
  while (!signal.aborted) {
    become("connecting");
    let authorization: string | undefined;
    try {
      authorization = await getAuthorization(subscriber, signal, wasLive);
      for await (const events of connect(subscriber, { topics, authorization, lastEventId, signal })) {
        for (const event of events) {
          if (event.name === "serialized-error") throw wireFailure(JSON.parse(event.data) as WireError);
          lastEventId = event.id ?? lastEventId;
          if (event.name === "connected") continue;
          become("live");
          failedAttempts = 0;
          refused = undefined;
          if (event.name === "message") yield JSON.parse(event.data) as ChangeEvent[];
        }
        // A refusal comes with the greeting: only a greeting that nothing contradicts is a connection.
        become("live");
        wasLive = true;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isHoldfastError(error) && error.retry !== "same-key") {
        // A token that ended may have a successor; one that was refused before will be again.
        const mayRenew = typeof subscriber.token === "function" && refused !== authorization;
        if (error.code !== "UNAUTHENTICATED" || !mayRenew) throw error;
        refused = authorization;
      }
    }
    become("waiting");
    failedAttempts += 1;
    const delayMs = nextDelayMs({
      failedAttempts,
      remainingMs: PATIENCE_MS,
      retryAfterMs: undefined,
      random: Math.random(),
    });
    await pause(delayMs ?? PATIENCE_MS, signal);
  }
}

/** Throws when there is no token; a token that comes too late, or not this time, is one more failed attempt. */
async function getAuthorization(
  { token, deadlineMs }: Subscriber,
  signal: AbortSignal,
  wasLive: boolean,
): Promise<string> {
  const deadline = startDeadline(deadlineMs, signal);
  const authorized = await deadline.race(authorize(token));
  deadline.stop();
  if (typeof authorized === "string") throw new Error(`There was no token in time: ${authorized}.`);
  if (authorized.ok) return authorized.authorization;
  // Where tokens come from is away in the same outages as the server is.
  throw wasLive ? authorized.cause : noToken(trail, authorized.cause);
}

interface Attempt {
  readonly topics: readonly WatchedTopic[];
  readonly authorization: string;
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
}

async function* connect(
  { url, fetch, deadlineMs }: Subscriber,
  { topics, authorization, lastEventId, signal }: Attempt,
): AsyncGenerator<readonly ServerEvent[], void, undefined> {
  const input = encodeURIComponent(JSON.stringify({ topics }));
  const headers = {
    accept: "text/event-stream",
    authorization,
    ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
  };
  const leave = new AbortController();
  const abort = (): void => leave.abort();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const unanswered = setTimeout(abort, deadlineMs);
  try {
    // Node's types lack `cache`, which browsers heed.
    const init = { headers, signal: leave.signal, cache: "no-store" } as RequestInit;
    const response = await fetch(`${url}/${PATH}?input=${input}`, init);
    clearTimeout(unanswered);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream"))
      throw foreignFailure(response);
    yield* serverEvents(response, leave);
  } finally {
    clearTimeout(unanswered);
    signal.removeEventListener("abort", abort);
    leave.abort();
  }
}

const trail = { path: PATH, idempotencyKey: undefined, unresolved: false };

function wireFailure({ message, data }: WireError): HoldfastFailure {
  return failureOf({ type: "error", message, data, retryAfterMs: undefined }, trail);
}

/** A proxy's page, or an address that is no Holdfast server's. */
function foreignFailure(response: Response): HoldfastFailure {
  const cause = new ForeignReply(response);
  return failureOf({ type: "foreign", status: response.status, retryAfterMs: undefined, cause }, trail);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
