import { createHostileTokens } from "@holdfast/torture/hostile-tokens";
import { SignJWT } from "jose";
import type { CallerName } from "../generate/request.ts";
import { type Owner, Stock } from "./stock.ts";
import type { World } from "./world.ts";

/**
 * A tenant to which one request after the other is sent, so that whatever is written of it was written by the last one. Lanes run
 * side by side.
 */
export interface Lane {
  readonly tenantId: number;
  readonly stock: Stock;
  authorizationOf(caller: CallerName | "hidden", at?: number): string | undefined;
}

const ROLES = { ada: "user", bob: "user", hidden: "user", studio: "service", root: "admin" } as const;
type Signed = keyof typeof ROLES;

const markOf = (tenantId: number, owner: Owner): string => `canary-${tenantId}-${owner}`;

export async function createLane({ server, secret }: World, tenantId: number): Promise<Lane> {
  const tokens = new Map<string, string>();
  for (const subject of Object.keys(ROLES) as Signed[]) {
    const token = await new SignJWT({ tenant: tenantId, role: ROLES[subject] })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime("12h")
      .sign(new TextEncoder().encode(secret));
    tokens.set(subject, `Bearer ${token}`);
  }
  const hostile = createHostileTokens(secret);
  const authorizationOf: Lane["authorizationOf"] = (caller, at = 0) => {
    if (caller === "impostor")
      return hostile[at % hostile.length]?.authorizationFor({ tenantId, subject: "ada", role: "service" });
    if (caller === "key") return `Bearer ${stock.known.pick("apiKey", at) ?? "hf_"}`;
    return tokens.get(caller);
  };
  const stock: Stock = new Stock({
    port: server.port,
    authorizationOf,
    markOf: (owner) => markOf(tenantId, owner),
  });
  return { tenantId, stock, authorizationOf };
}
