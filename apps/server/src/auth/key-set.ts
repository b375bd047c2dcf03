import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from "jose";
import { fetchKeys } from "./fetch-keys.ts";

/** The issuer's keys can't be had, so nobody can say whether a token is good. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

export interface KeySetOptions {
  /** How long a request to the issuer may take, in milliseconds. Default 3,000. */
  readonly timeoutMs?: number;
  /** The clock, in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** How soon a key that the issuer has taken out of its set is out of use here. */
const FRESH_MS = 30_000;
/** How long known keys serve while the issuer can't be reached; then tokens are refused with a word about the reason. */
const KEPT_MS = 600_000;
/** For so long after an answer the issuer is left alone, whatever tokens say about its keys; and after a failure. */
const PAUSE_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * The keys of an issuer, fetched when they are needed and known for a short time. A token with an unknown `kid` makes the server
 * look again, so that a new key works at once, but never more often than every five seconds. An issuer that is slow or down is
 * asked in the background, as long as what is known of its keys is not too old.
 */
export function createKeySet(url: string, options: KeySetOptions = {}): JWTVerifyGetKey {
  const { timeoutMs = 3_000, now = () => performance.now() } = options;
  let known: { readonly find: ReturnType<typeof createLocalJWKSet>; readonly atMs: number } | undefined;
  let failure: KeysUnavailable | undefined;
  let triedMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      const keys = await fetchKeys(url, timeoutMs);
      known = { find: createLocalJWKSet({ keys }), atMs: now() };
      failure = undefined;
    } catch (cause) {
      failure = new KeysUnavailable("the issuer's keys can't be had", { cause });
    } finally {
      triedMs = now();
      pending = undefined;
    }
  }

  /** Callers that come at once share one request; undefined while the issuer is left alone. */
  function look(): Promise<void> | undefined {
    if (pending === undefined && now() - triedMs >= (failure ? RETRY_MS : PAUSE_MS)) pending = load();
    return pending;
  }

  async function current(): Promise<NonNullable<typeof known>> {
    const age = known === undefined ? Number.POSITIVE_INFINITY : now() - known.atMs;
    if (age >= FRESH_MS) {
      const looking = look();
      // Whoever would wait for an issuer that has just failed waits for nothing.
      if (failure === undefined || age >= KEPT_MS) await looking;
    }
    if (known !== undefined && now() - known.atMs < KEPT_MS) return known;
    throw failure ?? new KeysUnavailable("the issuer's keys are too old");
  }

  return async (header: JWTHeaderParameters, token: FlattenedJWSInput) => {
    const before = await current();
    try {
      return await before.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await look();
      if (known === undefined || known === before) throw failure ?? error;
      return known.find(header, token);
    }
  };
}
