import { createHash } from "node:crypto";

/** What a reservation's token says to those who can't read the database: whose rows a command with it needs. */
export interface TokenParts {
  readonly reservationId: string;
  readonly showId: string;
  /** The organiser's wallet, which a confirm pays. */
  readonly organiserWalletId?: string;
}

const UUID_BYTES = 16;
const TAG_BYTES = 32;

/**
 * The token of a reservation: the ids of the rows that its commands need, and a tag that only who knows the secret can
 * make. Derived and not drawn, so that a repeated call is told the same although no table stores it.
 */
export function makeToken(parts: TokenParts, derive: (text: string) => string): string {
  const { reservationId, showId, organiserWalletId } = parts;
  const ids = [reservationId, showId, ...(organiserWalletId === undefined ? [] : [organiserWalletId])];
  const tag = derive(`reservation ${ids.join(" ")}`);
  const bytes = Buffer.concat([
    Buffer.from(ids.join("").replaceAll("-", ""), "hex"),
    Buffer.from(tag, "base64url"),
  ]);
  return bytes.toString("base64url");
}

/** The parts of a token, or undefined when it is none; whether its tag is right is for its stored hash to say. */
export function parseToken(token: string): TokenParts | undefined {
  if (!/^[\w-]+$/.test(token)) return undefined;
  const bytes = Buffer.from(token, "base64url");
  if (bytes.toString("base64url") !== token) return undefined;
  const count = (bytes.length - TAG_BYTES) / UUID_BYTES;
  if (count !== 2 && count !== 3) return undefined;
  const [reservationId = "", showId = "", organiserWalletId] = Array.from({ length: count }, (_, at) =>
    uuidOf(bytes.subarray(at * UUID_BYTES, (at + 1) * UUID_BYTES)),
  );
  return { reservationId, showId, ...(organiserWalletId === undefined ? {} : { organiserWalletId }) };
}

/** What is stored of a token. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
