import type { Case } from "./case.ts";
import { linesOf } from "./evidence.ts";
import type { Findings } from "./violation.ts";

/** I11: every reply comes by the caller's deadline, and a little. One that never came tells nothing of when. */
export function checkLateness({ attempts }: Case, lateMs: number, findings: Findings): void {
  for (const attempt of attempts) {
    const { sent, replied } = attempt;
    if (replied === undefined || replied.reply.kind === "lost") continue;
    const tookMs = replied.atMs - sent.atMs;
    if (tookMs <= sent.deadlineMs + lateMs) continue;
    const detail = `${sent.procedure} took ${Math.round(tookMs)} ms of ${sent.deadlineMs}`;
    findings.add("I11", "a late reply", detail, () => linesOf([attempt]));
  }
}
