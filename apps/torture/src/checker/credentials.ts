import type { Attempt } from "./attempts.ts";
import type { Case } from "./case.ts";
import { linesOf } from "./evidence.ts";
import type { Findings } from "./violation.ts";

/** What may be told while nobody can say whether a credential is good: the database that knows is out of reach. */
const NOBODY_KNOWS = new Set(["OVERLOADED", "UNAVAILABLE"]);

/**
 * I13: a credential that proves nothing is told 401, whatever is called, in whose name, and with whose key. That it leaves
 * nothing follows from its meaning: nothing was executed for it, so an operation that only it has asked for breaks I2.
 */
export function checkCredentials({ attempts }: Case, findings: Findings): void {
  for (const attempt of attempts) {
    const { credential, procedure } = attempt.sent;
    if (credential === undefined || isRefused(attempt)) continue;
    const rule = "a credential that proves nothing was not told 401";
    findings.add("I13", rule, `${procedure}, ${credential}`, () => linesOf([attempt]));
  }
}

function isRefused({ replied }: Attempt): boolean {
  const reply = replied?.reply;
  if (reply === undefined || reply.kind === "lost") return true;
  if (reply.kind !== "error") return false;
  const { outcome } = (reply.details ?? {}) as { outcome?: unknown };
  if (reply.code === "TIMEOUT") return outcome === "not_started";
  return NOBODY_KNOWS.has(reply.code) || (reply.code === "UNAUTHENTICATED" && reply.httpStatus === 401);
}
