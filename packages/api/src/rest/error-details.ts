import type { ErrorCode, ErrorDetails } from "@holdfast/db";
import { z } from "zod";
import { amount, count, id, instant, version } from "./fields.ts";

const none = z.strictObject({});
const outcome = z.enum(["unknown", "not_started"]);
const issue = z.strictObject({
  path: z.string().meta({ description: "The field; empty for the request as a whole.", example: "amount" }),
  message: z.string().meta({ example: 'must be a whole number as a decimal string, for example "50"' }),
});
const retryAfter = z.strictObject({ retryAfterSeconds: z.number().meta({ example: 1 }) });
const seatIds = z.array(z.string().meta({ example: "A1" }));
const status = z.string().meta({ example: "released" });

/** The details of every code, as they are told. */
export const errorDetails: { readonly [C in ErrorCode]: z.ZodType<ErrorDetails[C]> } = {
  BAD_REQUEST: z.strictObject({ issues: z.array(issue) }),
  IDEMPOTENCY_KEY_REQUIRED: none,
  UNAUTHENTICATED: none,
  FORBIDDEN: z.strictObject({ needs: z.enum(["service", "admin"]) }),
  NOT_FOUND: z.strictObject({
    what: z.string().meta({ description: "Which field of the call names it.", example: "walletId" }),
  }),
  PAYLOAD_TOO_LARGE: none,
  RATE_LIMITED: retryAfter,
  IDEMPOTENCY_KEY_REUSED: z.strictObject({ fields: z.array(z.string().meta({ example: "amount" })) }),
  CURRENCY_MISMATCH: z.strictObject({
    from: z.string().meta({ example: "sat" }),
    to: z.string().meta({ example: "usd_cent" }),
  }),
  SAME_WALLET: none,
  INSUFFICIENT_FUNDS: z.strictObject({
    available: amount.meta({ example: "25" }),
    required: amount,
    shortfall: amount.meta({ example: "25" }),
  }),
  BALANCE_LIMIT: z.strictObject({ limit: amount }),
  VERSION_CONFLICT: z.strictObject({ expected: version, actual: version.meta({ example: "3" }) }),
  HOLD_EXPIRED: z.strictObject({ expiredAt: instant }),
  HOLD_CLOSED: z.strictObject({ status }),
  HOLD_EXCEEDED: z.strictObject({ remaining: amount.meta({ example: "25" }), requested: amount }),
  SEATS_TAKEN: z.strictObject({ conflicts: seatIds }),
  NOT_ENOUGH_SEATS: z.strictObject({ available: count, requested: count.meta({ example: 2 }) }),
  RESERVATION_ACTIVE: z.strictObject({ reservationId: id, seats: seatIds, expiresAt: instant }),
  RESERVATION_EXPIRED: z.strictObject({ expiredAt: instant, taken: seatIds }),
  RESERVATION_CLOSED: z.strictObject({ status }),
  EXTENSION_LIMIT: z.strictObject({ expiresAt: instant }),
  SEQ_CONFLICT: z.strictObject({ expected: version, actual: version.meta({ example: "3" }) }),
  MESSAGE_ID_REUSED: z.strictObject({ messageId: z.string().meta({ example: "msg-1" }), seq: version }),
  ANSWER_UNDER_WAY: z.strictObject({ answerId: id, seq: version }),
  ANSWER_ENDED: z.strictObject({ answerId: id }),
  BATCH_REFUSED: z.strictObject({
    index: count.meta({ description: "Of the command, from 0 on." }),
    code: z.string().meta({ example: "INSUFFICIENT_FUNDS" }),
    details: z.unknown(),
  }),
  TRANSACTION_CONFLICT: none,
  OVERLOADED: retryAfter,
  UNAVAILABLE: retryAfter,
  TIMEOUT: z.strictObject({ outcome }),
  INTERNAL: z.strictObject({ id: z.string().meta({ example: "5f0c9a52-6f3e-4d7a-9a53-0f8e4d1c2b3a" }) }),
};
