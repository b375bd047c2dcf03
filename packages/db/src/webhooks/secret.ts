import type { Derive } from "../write-path/feature.ts";

/**
 * A secret of a webhook's, as the standardwebhooks libraries take it. Derived and not drawn, so that it can be told again and
 * used by any replica although no table stores it.
 */
export function secretOf(derive: Derive, webhookId: string, secretVersion: number): string {
  const bytes = Buffer.from(derive(`webhook ${webhookId} ${secretVersion}`), "base64url");
  return `whsec_${bytes.toString("base64")}`;
}
