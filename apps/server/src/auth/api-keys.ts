import type { Principal } from "@holdfast/db";
import { createExpiringCache } from "./expiring-cache.ts";

/** How long a revoked key still works in a process that has just seen it. */
const REMEMBER_MS = 30_000;
/** An unknown key is asked for again soon, in case it was just created; a flood of one still costs one look-up. */
const REMEMBER_UNKNOWN_MS = 2_000;
const REMEMBERED_KEYS = 10_000;

/** Only what looks like one of our keys is worth a look-up. */
const API_KEY = /^hf_\d{1,10}_[\w-]{8,200}$/;

export function looksLikeApiKey(credential: string): boolean {
  return credential.startsWith("hf_");
}

/** Looks API keys up with a short memory, by the clock `now`; callers that come at once share one look-up. */
export function createApiKeyFinder(
  find: (apiKey: string) => Promise<Principal | undefined>,
  now?: () => number,
): (apiKey: string) => Promise<Principal | undefined> {
  const known = createExpiringCache<Promise<Principal | undefined>>(REMEMBERED_KEYS, now);
  return (apiKey) => {
    if (!API_KEY.test(apiKey)) return Promise.resolve(undefined);
    const remembered = known.get(apiKey);
    if (remembered) return remembered;
    const found = find(apiKey);
    known.set(apiKey, found, REMEMBER_MS);
    found.then(
      (principal) => principal ?? known.set(apiKey, found, REMEMBER_UNKNOWN_MS),
      () => known.delete(apiKey),
    );
    return found;
  };
}
