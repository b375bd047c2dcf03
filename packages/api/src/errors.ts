import { randomUUID } from "node:crypto";
import { type ErrorDetails, HoldfastError } from "@holdfast/db";
import { TRPCError } from "@trpc/server";

type Issues = ErrorDetails["BAD_REQUEST"]["issues"];

/** Enough to mend a form; a caller who sends a thousand faults needs no answer of the same size. */
const MAX_ISSUES = 20;
const MAX_ISSUE_LENGTH = 200;

/** A refusal of input that was never executed: one issue for the whole, or a list with paths. */
export function badRequest(issues: string | Issues): HoldfastError<"BAD_REQUEST"> {
  return new HoldfastError("BAD_REQUEST", {
    issues: typeof issues === "string" ? [{ path: "", message: issues }] : issues,
  });
}

/** Issues as they are told: a schema names every unknown key, and those may fill a megabyte. */
export function boundedIssues(issues: Issues): Issues {
  return issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: path.slice(0, MAX_ISSUE_LENGTH),
    message: message.slice(0, MAX_ISSUE_LENGTH),
  }));
}

/** Whatever was thrown, as a row of the table. The cause's own text never becomes part of the answer. */
export function toHoldfastError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (error instanceof TRPCError) return fromTrpc(error);
  return unknownFault(error);
}

/** Whether nothing in the table describes the error, so that only the log can tell what happened. */
export function isUnknownFault(error: unknown): boolean {
  const cause = error instanceof TRPCError ? error.cause : error;
  return !(cause instanceof HoldfastError) && toHoldfastError(error).code === "INTERNAL";
}

/** tRPC wraps what a procedure throws, and has errors of its own for what never reached one. */
function fromTrpc(error: TRPCError): HoldfastError {
  if (error.cause instanceof HoldfastError) return error.cause;
  switch (error.code) {
    case "NOT_FOUND":
      return new HoldfastError("NOT_FOUND", { what: "procedure" });
    case "PAYLOAD_TOO_LARGE":
      return new HoldfastError("PAYLOAD_TOO_LARGE", {});
    case "METHOD_NOT_SUPPORTED":
      return badRequest("mutations take POST with a JSON body, queries take GET with ?input=");
    case "UNSUPPORTED_MEDIA_TYPE":
      return badRequest("the content type must be application/json");
    case "PARSE_ERROR":
    case "BAD_REQUEST":
      return badRequest("the request is not a valid tRPC request");
    default:
      return unknownFault(error);
  }
}

/** Answer and log are made by different hooks of one failure; they must bear the same id. */
const faults = new WeakMap<object, HoldfastError<"INTERNAL">>();

function unknownFault(error: unknown): HoldfastError<"INTERNAL"> {
  const identity = typeof error === "object" && error !== null ? error : {};
  const known = faults.get(identity);
  if (known) return known;
  const fault = new HoldfastError("INTERNAL", { id: randomUUID() }, { cause: error });
  faults.set(identity, fault);
  return fault;
}
