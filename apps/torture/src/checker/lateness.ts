import { type Attempt, repliedAtMs } from "./attempts.ts";
import type { Case } from "./case.ts";
import { linesOf } from "./evidence.ts";
import type { Findings } from "./violation.ts";

/**
 * I11: every reply comes by the caller's deadline, and a little. Only callers without a network that could delay a reply
 * can tell; they listen longer than they said, so that a reply which never came is noticed too.
 */
export function checkLateness({ attempts }: Case, lateMs: number, findings: Findings): void {
  for (const attempt of attempts) {
    if (!isLate(attempt, lateMs)) continue;
    const { sent } = attempt;
    const detail = `${sent.procedure}, ${Math.round(repliedAtMs(attempt) - sent.atMs)} ms of ${sent.deadlineMs}`;
    findings.add("I11", "a late reply", detail, () => linesOf([attempt]));
  }
}

/** Whether the reply, or the end of all hope for one, came too late. A history that ends before tells nothing of when. */
export function isLate({ sent, replied }: Attempt, lateMs: number): boolean {
  return sent.direct && replied !== undefined && replied.atMs > sent.atMs + sent.deadlineMs + lateMs;
}
