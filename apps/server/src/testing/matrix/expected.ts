import type { Policy } from "@holdfast/api";
import type { Caller } from "./callers.ts";
import type { Example } from "./examples.ts";

/** What a caller must be told who names rows of tenant `tenantId`: by the policy, and by whose they are; "ok", or a code. */
export function expected(policy: Policy, example: Example, tenantId: number, caller: Caller): string {
  const { principal } = caller;
  if (policy === "anyone") return "ok";
  if (principal === undefined) return "UNAUTHENTICATED";
  const { role, subject } = principal;
  const actsForOthers = role !== "user";
  if (policy === "admins" && role !== "admin") return "FORBIDDEN";
  if (policy === "services" && !actsForOthers) return "FORBIDDEN";
  if (example.of === "nobody") return "ok";
  if (example.of === "others") return actsForOthers ? "ok" : "FORBIDDEN";
  const isThere = principal.tenantId === tenantId;
  const isTheirs = example.of === "tenant" || actsForOthers || subject === "ada";
  if (isThere && isTheirs) return "ok";
  return example.refusedWith === undefined ? "NOT_FOUND" : `${example.refusedWith} NOT_FOUND`;
}
