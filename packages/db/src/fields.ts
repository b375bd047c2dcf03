import { z } from "zod";

// `meta` is what docs/http.md's OpenAPI document tells of a field: for a decimal string all of it, because its parser is ours.

/** The largest amount of one command: no sum over the entries of a wallet within its balance limit can overflow. */
export const MAX_AMOUNT = 1_000_000_000_000_000n;
/** The largest balance a wallet can have, far below the 9.2e18 of a Postgres bigint. */
export const MAX_BALANCE = 1_000_000_000_000_000_000n;

/** Keys that begin so are derived by Holdfast itself; a caller may not choose one. */
export const RESERVED_KEY_PREFIX = "holdfast:";

/** What Postgres can't store and two encoders may disagree on: NUL and half a surrogate pair. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Text that Postgres stores exactly as it was sent, `max` characters at most. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !UNSTORABLE.test(value), "must not contain NUL or an unpaired surrogate");

export const idempotencyKey = text(255)
  .refine((key) => !key.startsWith(RESERVED_KEY_PREFIX), `must not begin with "${RESERVED_KEY_PREFIX}"`)
  .meta({
    description: `One per intent, 1 to 255 characters. The same call with the same key is executed once. Must not begin with "${RESERVED_KEY_PREFIX}".`,
    example: "order-1042",
  });

export const id = z.uuid().toLowerCase().meta({ example: "01a2015b-98fa-7655-acd9-cef53fd3f9ab" });

const decimal = z.custom<`${bigint}` | bigint>(
  (value) => typeof value === "bigint" || (typeof value === "string" && /^-?(0|[1-9]\d{0,18})$/.test(value)),
  'must be a whole number as a decimal string, for example "50"',
);

const between = (min: bigint, max: bigint) =>
  decimal
    .transform((value) => BigInt(value))
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);

/** An amount in the smallest unit of the wallet's currency: a decimal string (or a bigint in process), positive. */
export const amount = between(1n, MAX_AMOUNT).meta({
  type: "string",
  pattern: "^[1-9][0-9]{0,15}$",
  description: `A whole number from 1 to ${MAX_AMOUNT} as a decimal string, in the smallest unit of the wallet's currency.`,
  example: "50",
});
export const minBalance = between(-MAX_AMOUNT, MAX_AMOUNT).meta({
  type: "string",
  pattern: "^(0|-?[1-9][0-9]{0,15})$",
  description:
    "The balance that the wallet may not go below, as a decimal string. Default 0; below 0 it is credit that it may owe, which services alone may grant.",
  example: "0",
});
export const version = between(0n, 9_000_000_000_000_000_000n).meta({
  type: "string",
  pattern: "^(0|[1-9][0-9]{0,18})$",
  example: "1",
});
export const currency = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,15}$/, 'must be like "sat" or "usd_cent"')
  .meta({ description: 'The unit that amounts count, such as "sat" or "usd_cent".', example: "sat" });
export const ownerId = text(255).meta({ example: "ada" });
export const holdSeconds = z
  .int()
  .min(1)
  .max(30 * 86_400)
  .meta({ description: "How long the credit is held, by the database's clock.", example: 300 });
