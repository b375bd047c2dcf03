import { isIPv6 } from "node:net";
import { createExpiringCache } from "../auth/expiring-cache.ts";
import { bucketsOf, rateLimited } from "./caller-limits.ts";

/** Whose credential was accepted so lately is no stranger. */
const KNOWN_MS = 60_000;
const MOST_KNOWN = 10_000;

/** Limits who has not said yet, or not truly, who they are: by address, before a signature is checked or a key looked up. */
export interface Strangers {
  /**
   * Call what it returns once the credential was accepted: then it didn't count.
   *
   * @throws HoldfastError RATE_LIMITED for an address that has sent too many that weren't.
   */
  admit(address: string, authorization: string | undefined): () => void;
}

const NOTHING = (): void => {};

export function createStrangers(perSecond: number): Strangers {
  const buckets = bucketsOf(perSecond);
  const known = createExpiringCache<true>(MOST_KNOWN);
  return {
    admit(address, authorization) {
      if (buckets === undefined || (authorization !== undefined && known.get(authorization))) return NOTHING;
      const from = networkOf(address);
      const seconds = buckets.take(from, 1);
      if (seconds > 0) throw rateLimited(seconds);
      return () => {
        buckets.giveBack(from, 1);
        if (authorization !== undefined) known.set(authorization, true, KNOWN_MS);
      };
    },
  };
}

/** A proxy may be made to tell any text for an address. */
const MOST_CHARACTERS = 64;

/** Whoever has one address of IPv6 has 2^64 of them: they count as one. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address.slice(0, MOST_CHARACTERS);
  const [before, after] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const [head = [], tail = []] = [before, after];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...(after === undefined ? [] : zeros), ...tail].slice(0, 4).join(":");
}
