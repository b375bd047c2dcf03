import { type Db, findApiKeyPrincipal, type Principal } from "@holdfast/db";
import type { AuthConfig } from "../config.ts";
import { createApiKeyFinder, looksLikeApiKey } from "./api-keys.ts";
import { createTokenVerifier } from "./tokens.ts";

/** Longer than any token of ours; what is longer is not worth a hash. */
const MAX_CREDENTIAL_LENGTH = 8192;

/** Who sends a request with this Authorization header, at once when it is remembered; undefined for nobody we know, whatever the header holds. */
export type Authenticate = (
  authorization: string | undefined,
) => Principal | undefined | Promise<Principal | undefined>;

export function createAuthenticate(db: Db, config: AuthConfig): Authenticate {
  const verifyToken = createTokenVerifier(config);
  const findApiKey = createApiKeyFinder((apiKey) => findApiKeyPrincipal(db, apiKey));
  return (authorization) => {
    const credential = bearerCredential(authorization);
    if (credential === undefined) return undefined;
    return looksLikeApiKey(credential) ? findApiKey(credential) : verifyToken(credential);
  };
}

function bearerCredential(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > MAX_CREDENTIAL_LENGTH) return undefined;
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}
