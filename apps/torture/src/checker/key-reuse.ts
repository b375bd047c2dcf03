import { type Attempt, codeOf, repliedAtMs, wasTold } from "./attempts.ts";
import type { Story } from "./case.ts";
import { differingFields } from "./content.ts";
import { linesOf, rowLine } from "./evidence.ts";
import type { Findings } from "./violation.ts";

/** Decisions of the same call with the same key that can only be come to when nothing is recorded under it. */
const DECIDED_ANEW = new Set(["NOT_FOUND", "FORBIDDEN", "SAME_WALLET", "CURRENCY_MISMATCH", "BAD_REQUEST"]);

/** The other half of I3: who comes with a used key is told so, truthfully, and learns the names of fields at most. */
export function checkReuse(
  key: string,
  tries: readonly Attempt[],
  story: Story | undefined,
  findings: Findings,
): void {
  for (const attempt of tries) {
    const code = codeOf(attempt);
    const evidence = () => [
      ...linesOf([attempt, ...(story?.askers ?? [])]),
      ...(story === undefined ? [] : [rowLine("operations", story.operation)]),
    ];
    const detail = `${attempt.sent.procedure} under ${key}`;
    if (code === "IDEMPOTENCY_KEY_REUSED") {
      if (story === undefined) {
        // When an acknowledged operation is gone, that is what there is to say.
        if (!tries.some(wasTold)) findings.add("I3", "told that a key is used that is not", detail, evidence);
      } else if (story.askers.includes(attempt)) {
        findings.add("I3", "told that its own key belongs to another call", detail, evidence);
      } else if (story.firstSentMs > repliedAtMs(attempt)) {
        findings.add("I3", "told that a key is used before it was", detail, evidence);
      } else {
        checkDetails(attempt, story, detail, evidence, findings);
      }
    } else if (code !== undefined && DECIDED_ANEW.has(code) && story?.askers.includes(attempt)) {
      if (story.toldMs < attempt.sent.atMs) {
        findings.add("I3", "decided anew after it was told", `${detail} is now ${code}`, evidence);
      }
    }
  }
}

function checkDetails(
  attempt: Attempt,
  { operation }: Story,
  detail: string,
  evidence: () => string[],
  findings: Findings,
): void {
  const reply = attempt.replied?.reply;
  const details = (reply?.kind === "error" ? (reply.details ?? {}) : {}) as Record<string, unknown>;
  const expected =
    attempt.caller !== operation.caller
      ? ["idempotencyKey"]
      : attempt.sent.procedure !== operation.kind
        ? ["kind"]
        : differingFields(attempt.sent.input, operation.input);
  const fields = Array.isArray(details["fields"]) ? details["fields"].toSorted() : [];
  if (Object.keys(details).join() === "fields" && fields.join("\n") === expected.join("\n")) return;
  findings.add("I3", "a used key told other than the fields that differ", `${detail}: ${expected}`, evidence);
}
