import type { Limits } from "@holdfast/api";
import { HoldfastError, type Principal } from "@holdfast/db";
import type { LimitsConfig } from "../config.ts";
import { Buckets } from "./buckets.ts";

/** Somebody else's subscription has to end first, and nobody knows when. */
const WATCH_AGAIN_SECONDS = 5;

/** What a caller whose name is known may do: calls a second, and subscriptions at a time. */
export function createCallerLimits(config: LimitsConfig): Limits {
  const ofUsers = bucketsOf(config.callsPerSecond);
  const ofServices = bucketsOf(config.serviceCallsPerSecond);
  const watching = new Map<string, number>();
  let watchers = 0;

  return {
    count(principal, calls) {
      const buckets = principal.role === "user" ? ofUsers : ofServices;
      const seconds = buckets?.take(nameOf(principal), calls) ?? 0;
      if (seconds > 0) throw rateLimited(seconds);
    },

    watch(principal) {
      const name = nameOf(principal);
      const mine = watching.get(name) ?? 0;
      if (principal.role === "user" && mine >= config.watchersPerUser) throw rateLimited(WATCH_AGAIN_SECONDS);
      if (watchers >= config.watchers)
        throw new HoldfastError("OVERLOADED", { retryAfterSeconds: WATCH_AGAIN_SECONDS });
      watching.set(name, mine + 1);
      watchers++;
      return () => {
        watchers--;
        const left = (watching.get(name) ?? 1) - 1;
        if (left > 0) watching.set(name, left);
        else watching.delete(name);
      };
    },
  };
}

/** Whole seconds, because the header has no others. */
export function rateLimited(seconds: number): HoldfastError<"RATE_LIMITED"> {
  return new HoldfastError("RATE_LIMITED", { retryAfterSeconds: Math.ceil(seconds) });
}

/** Undefined for a limit of 0, which is none. */
export function bucketsOf(perSecond: number): Buckets | undefined {
  return perSecond === 0 ? undefined : new Buckets(perSecond);
}

function nameOf({ tenantId, subject, role }: Principal): string {
  return `${tenantId}\0${role}\0${subject}`;
}
