import { createSecretKey } from "node:crypto";
import { HoldfastError, type Principal } from "@holdfast/db";
import { type JWTVerifyResult, jwtVerify, SignJWT } from "jose";
import type { AuthConfig } from "../config.ts";
import { principalFromClaims } from "./claims.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import { createKeySet, type KeySetOptions, KeysUnavailable } from "./key-set.ts";

/** Asymmetric only: a public key from the JWKS must never be usable as an HMAC secret. */
const JWKS_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];
const CLOCK_TOLERANCE_SECONDS = 5;

/** A signature costs more than the rest of a request. What a key has signed ends within a minute of the key: see `createKeySet`. */
const REMEMBER_MS = 30_000;
const REMEMBERED_TOKENS = 10_000;

export type VerifyToken = (token: string) => Principal | Promise<Principal | undefined>;

/** Verifies JWTs: the principal, at once when it is remembered, or undefined for whatever is not a valid token. Rejects only when nobody can tell. */
export function createTokenVerifier(config: AuthConfig, options: KeySetOptions = {}): VerifyToken {
  const verify = createSignatureCheck(config, options);
  const known = createExpiringCache<Principal>(REMEMBERED_TOKENS, options.now);
  return (token) => known.get(token) ?? verifyAndRemember(token);

  async function verifyAndRemember(token: string): Promise<Principal | undefined> {
    const verified = await verify(token);
    const principal = principalFromClaims(verified?.payload);
    if (!principal || !verified?.payload.exp) return undefined;
    known.set(token, principal, Math.min(REMEMBER_MS, verified.payload.exp * 1000 - Date.now()));
    return principal;
  }
}

function createSignatureCheck(
  config: AuthConfig,
  keySet: KeySetOptions,
): (token: string) => Promise<JWTVerifyResult | undefined> {
  const options = {
    requiredClaims: ["exp", "sub"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...(config.issuer === undefined ? {} : { issuer: config.issuer }),
    ...(config.audience === undefined ? {} : { audience: config.audience }),
  };
  if (config.jwksUrl !== undefined) {
    const keys = createKeySet(config.jwksUrl, keySet);
    return (token) =>
      jwtVerify(token, keys, { ...options, algorithms: JWKS_ALGORITHMS }).catch((error: unknown) => {
        if (!(error instanceof KeysUnavailable)) return undefined;
        // "Sign in again" would be a lie: the token may be fine, the keys can't be had.
        throw new HoldfastError("OVERLOADED", { retryAfterSeconds: 1 }, { cause: error });
      });
  }
  if (config.secret !== undefined) {
    const key = createSecretKey(Buffer.from(config.secret));
    return (token) => jwtVerify(token, key, { ...options, algorithms: ["HS256"] }).catch(() => undefined);
  }
  return async () => undefined;
}

/** A token that `createTokenVerifier` with the same configuration accepts. */
export function signToken(
  config: AuthConfig & { readonly secret: string },
  principal: Principal,
  expiresInSeconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT({ tenant: principal.tenantId, role: principal.role })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(principal.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds);
  if (config.issuer !== undefined) jwt.setIssuer(config.issuer);
  if (config.audience !== undefined) jwt.setAudience(config.audience);
  return jwt.sign(createSecretKey(Buffer.from(config.secret)));
}
