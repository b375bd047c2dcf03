import type { HoldfastFailure } from "./client-error.ts";

/**
 * The work's error, whose `cause` now also tells that the credit could not be released and stays reserved until the
 * hold expires. The error keeps its identity wherever it can bear a cause.
 */
export function withReleaseFailure(thrown: unknown, releaseFailure: HoldfastFailure): unknown {
  if (thrown instanceof Error) {
    const cause =
      thrown.cause === undefined
        ? releaseFailure
        : bothOf(thrown.cause, releaseFailure, "The error's own cause");
    if (Reflect.set(thrown, "cause", cause)) return thrown;
  }
  const message = "The work failed, and so did the release of its hold.";
  return new Error(message, { cause: bothOf(thrown, releaseFailure, "The work's error") });
}

function bothOf(first: unknown, releaseFailure: HoldfastFailure, name: string): AggregateError {
  return new AggregateError([first, releaseFailure], `${name}, and the failed release of the hold.`);
}
