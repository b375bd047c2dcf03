import type { Principal } from "@holdfast/db";
import { z } from "zod";

/** The largest value of the integer column that tenants are kept in. */
const MAX_TENANT = 2_147_483_647;

/** What a token or a command line says about a caller. */
export const tenantId = z.int().min(1).max(MAX_TENANT);
export const subject = z
  .string()
  .min(1)
  .max(255)
  .refine((value) => !/\0|\p{Surrogate}/u.test(value), "must not contain NUL or an unpaired surrogate");
export const role = z.enum(["user", "service", "admin"]);

const claims = z.object({ sub: subject, tenant: tenantId, role });

/** The principal that a verified token's payload names, if it names one. */
export function principalFromClaims(payload: unknown): Principal | undefined {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return undefined;
  return { tenantId: parsed.data.tenant, subject: parsed.data.sub, role: parsed.data.role };
}
