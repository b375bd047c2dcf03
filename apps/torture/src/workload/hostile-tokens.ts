import { createHmac, randomUUID } from "node:crypto";
import type { Caller } from "../history.ts";

/** An Authorization header that proves nothing, whatever it says. */
export interface HostileToken {
  readonly name: string;
  /** For whoever it pretends to be. */
  readonly authorizationFor: (caller: Caller) => string;
}

interface Claims {
  readonly [claim: string]: unknown;
}

const HOUR_SECONDS = 3_600;

/** Every kind of credential that must be refused by a service that signs with this secret: expired, forged, stolen, cut. */
export function createHostileTokens(secret: string): readonly HostileToken[] {
  const now = Math.floor(Date.now() / 1_000);
  const claimsOf = ({ tenantId, subject, role }: Caller): Claims => ({
    ...{ tenant: tenantId, role, sub: subject, iat: now, exp: now + 12 * HOUR_SECONDS },
  });
  const valid = (caller: Caller) => sign(claimsOf(caller), secret);
  const bearer = (name: string, tokenFor: (caller: Caller) => string): HostileToken => ({
    name,
    authorizationFor: (caller) => `Bearer ${tokenFor(caller)}`,
  });
  /** Signed with the right secret, and yet it must not be believed. */
  const claiming = (name: string, change: Claims): HostileToken =>
    bearer(name, (caller) => sign({ ...claimsOf(caller), ...change }, secret));
  /** What was signed for somebody else, with other claims put before the signature. */
  const resigned = (name: string, change: (claims: Claims) => Claims): HostileToken =>
    bearer(name, (caller) => {
      // Nobody's, for mallory is among those who call: what was signed for her is hers.
      const [header, , signature] = valid({
        ...caller,
        subject: `not ${caller.subject}`,
        role: "user",
      }).split(".");
      return `${header}.${encode(change(claimsOf(caller)))}.${signature}`;
    });

  return [
    claiming("expired an hour ago", { exp: now - HOUR_SECONDS }),
    claiming("without an end", { exp: undefined }),
    claiming("not valid before tomorrow", { nbf: now + 24 * HOUR_SECONDS }),
    claiming("of nobody", { sub: undefined }),
    claiming("of no tenant", { tenant: undefined }),
    claiming("of a tenant in words", { tenant: "1" }),
    claiming("of tenant 0", { tenant: 0 }),
    claiming("of a role that there is not", { role: "root" }),
    bearer("signed with another secret", (caller) => sign(claimsOf(caller), `${secret}.`)),
    bearer("signed with no secret", (caller) => sign(claimsOf(caller), "")),
    bearer("signed with another algorithm", (caller) => sign(claimsOf(caller), secret, "HS512", "sha512")),
    bearer("says that it needs no signature", (caller) => {
      const [, payload] = valid(caller).split(".");
      return `${encode({ alg: "none", typ: "JWT" })}.${payload}.`;
    }),
    resigned("another's signature", (claims) => claims),
    resigned("another's signature, for an admin", (claims) => ({ ...claims, role: "admin" })),
    bearer("without its signature", (caller) => valid(caller).split(".").slice(0, 2).join(".")),
    bearer("cut in the middle", (caller) => valid(caller).slice(0, -20)),
    bearer("a bit of its signature flipped", (caller) =>
      valid(caller).replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === "A" ? "B" : "A"}${rest}`),
    ),
    bearer(
      "an API key that nobody made",
      ({ tenantId }) => `hf_${tenantId}_${randomUUID()}_${"k".repeat(43)}`,
    ),
    bearer("an API key that is none", ({ tenantId }) => `hf_${tenantId}_${"0".repeat(60)}`),
    bearer("a word", () => "null"),
    { name: "empty", authorizationFor: () => "Bearer " },
    { name: "another scheme", authorizationFor: (caller) => `Basic ${valid(caller)}` },
    { name: "two at once", authorizationFor: (caller) => `Bearer ${valid(caller)}, Bearer ${valid(caller)}` },
  ];
}

function sign(claims: Claims, secret: string, alg = "HS256", hash = "sha256"): string {
  const signed = `${encode({ alg, typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
