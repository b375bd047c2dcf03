import { createHash, timingSafeEqual } from "node:crypto";
import { validate as isUuid } from "uuid";
import type { Derive } from "../write-path/feature.ts";

/** What an API key says of itself: `hf_<tenant>_<id>_<secret>`. */
export interface ApiKeyParts {
  readonly tenantId: number;
  readonly keyId: string;
  readonly secret: string;
}

/** The secret of a key. Derived and not drawn, so that a repeated call is told the same although no table stores it. */
export function secretOf(keyId: string, derive: Derive): string {
  return derive(`api key ${keyId}`);
}

export function makeApiKey({ tenantId, keyId, secret }: ApiKeyParts): string {
  return `hf_${tenantId}_${keyId}_${secret}`;
}

/** The parts of what looks like an API key; whether its secret is right is for the stored hash to say. */
export function parseApiKey(apiKey: string): ApiKeyParts | undefined {
  const [, tenant, keyId, secret] = /^hf_(\d{1,10})_([0-9a-f-]{36})_([\w-]{43})$/.exec(apiKey) ?? [];
  if (tenant === undefined || keyId === undefined || secret === undefined || !isUuid(keyId)) return undefined;
  const tenantId = Number(tenant);
  return tenantId > 2_147_483_647 ? undefined : { tenantId, keyId, secret };
}

/** What is stored of a secret: it has 256 bits, so that its SHA-256 tells nothing, however fast it is tried. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

export function isSecretOf(hash: string, secret: string): boolean {
  return timingSafeEqual(Buffer.from(hash, "hex"), Buffer.from(hashSecret(secret), "hex"));
}
