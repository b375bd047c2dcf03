import type { ErrorCode, ErrorDetails, HoldfastError, Retry } from "@holdfast/db";
import { type TRPC_ERROR_CODE_NUMBER, TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { boundedIssues } from "./errors.ts";

/** What an error carries on the wire; `code` narrows `details`. */
export type WireErrorData = {
  [C in ErrorCode]: {
    code: C;
    httpStatus: number;
    /** What the caller may do next, from the table. */
    retry: Retry;
    /** Whether the very same call, key included, may be sent again. */
    retryable: boolean;
    details: ErrorDetails[C];
    /** Whether this refusal was decided by an earlier call with the same key. */
    replayed: boolean;
    /** The procedure that was called, if there was one. */
    path: string | null;
  };
}[ErrorCode];

/** tRPC's error shape: the table's public message, a JSON-RPC number, and the row of the table as data. */
export interface WireError {
  message: string;
  code: TRPC_ERROR_CODE_NUMBER;
  data: WireErrorData;
}

/** tRPC's clients only look at the number to decide whether a stream reconnects, so it follows the HTTP status. */
const rpcCodes: Readonly<Record<number, TRPC_ERROR_CODE_NUMBER>> = {
  400: TRPC_ERROR_CODES_BY_KEY.BAD_REQUEST,
  401: TRPC_ERROR_CODES_BY_KEY.UNAUTHORIZED,
  402: TRPC_ERROR_CODES_BY_KEY.PAYMENT_REQUIRED,
  403: TRPC_ERROR_CODES_BY_KEY.FORBIDDEN,
  404: TRPC_ERROR_CODES_BY_KEY.NOT_FOUND,
  409: TRPC_ERROR_CODES_BY_KEY.CONFLICT,
  412: TRPC_ERROR_CODES_BY_KEY.PRECONDITION_FAILED,
  413: TRPC_ERROR_CODES_BY_KEY.PAYLOAD_TOO_LARGE,
  422: TRPC_ERROR_CODES_BY_KEY.UNPROCESSABLE_CONTENT,
  429: TRPC_ERROR_CODES_BY_KEY.TOO_MANY_REQUESTS,
  503: TRPC_ERROR_CODES_BY_KEY.SERVICE_UNAVAILABLE,
  504: TRPC_ERROR_CODES_BY_KEY.GATEWAY_TIMEOUT,
};

const MAX_PATH_LENGTH = 100;

/** The one form in which an error leaves the server, whichever layer refused. */
export function wireError(error: HoldfastError, path?: string): WireError {
  // From the error, not the table: a caller's own feature may have added a row.
  const { status, retry, message } = error;
  const data = {
    code: error.code,
    httpStatus: status,
    retry,
    retryable: retry === "same-key",
    details: "issues" in error.details ? { issues: boundedIssues(error.details.issues) } : error.details,
    replayed: error.replayed,
    path: path?.slice(0, MAX_PATH_LENGTH) ?? null,
  };
  return {
    message,
    code: rpcCodes[status] ?? TRPC_ERROR_CODES_BY_KEY.INTERNAL_SERVER_ERROR,
    data: data as WireErrorData,
  };
}

/** Headers that tell HTTP clients what the body tells ours. */
export function responseHeaders(errors: readonly HoldfastError[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const error of errors) {
    if (error.code === "UNAUTHENTICATED") headers["www-authenticate"] = "Bearer";
    if ("retryAfterSeconds" in error.details) {
      headers["retry-after"] = String(Math.ceil(error.details.retryAfterSeconds));
    }
  }
  return headers;
}
