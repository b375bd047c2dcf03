import type { MutationError } from "@holdfast/react";

/** Why nobody knows yet. */
export function unresolvedReason(error: MutationError | undefined): string {
  if (!error) return "The page went away before an answer came.";
  switch (error.code) {
    case "TIMEOUT":
      return "No answer came in time.";
    case "OVERLOADED":
      return "The server is too busy to say.";
    case "UNAUTHENTICATED":
      return "The session ended before an answer came.";
    case "ABORTED":
      return "The call was given up before an answer came.";
    case "INTERNAL":
      return `The server failed while at it (fault ${error.details.id}).`;
    case "UNEXPECTED_REPLY":
      return `Something other than Holdfast answered (HTTP status ${error.details.httpStatus}).`;
    default:
      return `The answer does not tell (${error.code}).`;
  }
}
