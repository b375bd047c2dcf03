import { type ErrorCode, errorTable, type HoldfastError, type Retry } from "@holdfast/db";
import { z } from "zod";
import { wireError } from "../wire-error.ts";
import { errorDetails } from "./error-details.ts";

/** An error below /v1: a problem of RFC 9457, with the row of the table of errors beside it. */
export interface Problem {
  /** Where the code is described, at the service itself. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  retry: Retry;
  retryable: boolean;
  details: unknown;
  replayed: boolean;
}

export const PROBLEM_TYPE = "application/problem+json";

export function problem(error: HoldfastError): Problem {
  const { message, data } = wireError(error);
  const { code, httpStatus, retry, retryable, details, replayed } = data;
  return {
    type: typeOf(code),
    title: titleOf(code),
    status: httpStatus,
    detail: message,
    code,
    retry,
    retryable,
    details,
    replayed,
  };
}

const typeOf = (code: string) => `/docs#${code}`;

/** "INSUFFICIENT_FUNDS" as words. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The schema of a code's problem. */
export function problemSchema(code: ErrorCode): z.ZodType<Problem> {
  const { status, retry, message, recorded } = errorTable[code];
  return z
    .strictObject({
      type: z.literal(typeOf(code)),
      title: z.literal(titleOf(code)),
      status: z.literal(status),
      detail: z.literal(message),
      code: z.literal(code),
      retry: z.literal(retry).describe(RETRY[retry]),
      retryable: z.literal(retry === "same-key"),
      details: errorDetails[code],
      replayed: recorded ? z.boolean().meta({ example: false }) : z.literal(false),
    })
    .meta({ id: code, description: message });
}

const RETRY: Readonly<Record<Retry, string>> = {
  "same-key": "Send the very same call again, key included, after `Retry-After` if there is one.",
  "new-key": "The answer is final: decide anew, and use a new key.",
  never: "The same call will fail the same way, so change it.",
};
