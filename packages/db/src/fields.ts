import { z } from "zod";

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

export const idempotencyKey = text(255).refine(
  (key) => !key.startsWith(RESERVED_KEY_PREFIX),
  `must not begin with "${RESERVED_KEY_PREFIX}"`,
);

export const id = z.uuid().toLowerCase();

const decimal = z.custom<`${bigint}` | bigint>(
  (value) => typeof value === "bigint" || (typeof value === "string" && /^-?(0|[1-9]\d{0,18})$/.test(value)),
  'must be a whole number as a decimal string, for example "50"',
);

const between = (min: bigint, max: bigint) =>
  decimal
    .transform((value) => BigInt(value))
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);

/** An amount in the smallest unit of the wallet's currency: a decimal string (or a bigint in process), positive. */
export const amount = between(1n, MAX_AMOUNT);
export const minBalance = between(-MAX_AMOUNT, MAX_AMOUNT);
export const version = between(0n, 9_000_000_000_000_000_000n);
export const currency = z.string().regex(/^[a-z][a-z0-9_]{0,15}$/, 'must be like "sat" or "usd_cent"');
export const ownerId = text(255);
export const holdSeconds = z
  .int()
  .min(1)
  .max(30 * 86_400);
