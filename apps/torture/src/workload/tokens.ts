import { SignJWT } from "jose";
import type { Caller } from "../history.ts";

/** Signs a token for each caller once. */
export function createTokenSigner(secret: string): (caller: Caller) => Promise<string> {
  const tokens = new Map<string, Promise<string>>();
  return ({ tenantId, role, subject }) => {
    const name = `${tenantId}/${role}/${subject}`;
    let token = tokens.get(name);
    if (token === undefined) {
      token = new SignJWT({ tenant: tenantId, role })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime("12h")
        .sign(new TextEncoder().encode(secret));
      tokens.set(name, token);
    }
    return token;
  };
}
