import type { MutationError } from "@holdfast/react";

/** Why nobody knows yet. */
export function unresolvedReason(error: MutationError | undefined): string {
  switch (error?.code) {
    case undefined:
      return "The page went away before an answer came.";
    case "TIMEOUT":
      return "No answer came in time.";
    case "OVERLOADED":
      return "The server is too busy to say.";
    case "UNAUTHENTICATED":
      return "The session ended before an answer came.";
    case "ABORTED":
      return "The call was given up before an answer came.";
    default:
      return `The answer does not tell (${error?.code}).`;
  }
}
