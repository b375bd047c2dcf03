import type { Attempt } from "./attempts.ts";
import type { Case } from "./case.ts";
import { linesOf } from "./evidence.ts";
import type { Owners } from "./owners.ts";
import type { Findings } from "./violation.ts";

/** What no error may say, whoever asks. The messages of the error table contain none of it. */
const NEVER: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "text that a caller stored", pattern: /canary-/ },
  {
    what: "SQL",
    pattern:
      /\bselect\b[^"]*\bfrom\b|\binsert\s+into\b|\bupdate\s+[\w."]+\s+(as\s+\w+\s+)?set\b|\bdelete\s+from\b|\bholdfast\.\w|\bfor (no key )?update\b/i,
  },
  {
    what: "words of Postgres",
    pattern:
      /violates|duplicate key|syntax error at|deadlock detected|canceling statement|terminating connection|current transaction|sqlstate|postgreserror|_pkey\b|ECONNRE|drizzle/i,
  },
  { what: "a stack", pattern: /\bat ([\w.$<>[\]]+ )?\(?(?!\d)[^\s"()]+:\d+:\d+|node:internal|node_modules/ },
  { what: "a path of a file", pattern: /file:\/\/|(^|[\s"'(=])\/(?:[\w.@+-]+\/)+[\w.@+-]+|\.[cm]?[jt]s:\d/ },
];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** What callers write bears one of these, so that it is known again wherever it turns up. */
const CANARY = /canary-\d+/g;

const UUID_LENGTH = 36;
/** Tokens of reservations are longer than that, and nothing else is that has no space in it. */
const TOKEN = /[\w-]{80,}/g;
const TOKEN_LENGTH = 80;

/** I10: no error tells of the inside or of somebody else, and no answer tells of another tenant. */
export function checkLeaks({ attempts }: Case, owners: Owners, findings: Findings): void {
  for (const attempt of attempts) {
    const reply = attempt.replied?.reply;
    if (reply === undefined || reply.kind === "lost") continue;
    if (reply.kind === "success") {
      checkStrangers(attempt, [...idsIn(reply.data)], owners, findings);
      continue;
    }
    for (const { what, pattern } of NEVER) {
      const [found] = pattern.exec(reply.body) ?? [];
      if (found !== undefined) {
        findings.add("I10", `an error tells ${what}`, JSON.stringify(found), () => linesOf([attempt]));
      }
    }
    const texts = [...(reply.body.match(UUID) ?? []), ...(reply.body.match(TOKEN) ?? [])];
    checkStrangers(attempt, texts, owners, findings);
  }
}

/**
 * Ids and tokens that the caller did not send and that are another tenant's or, in an error to a user, another user's; of
 * reservations a success tells nobody else either.
 */
function checkStrangers(
  attempt: Attempt,
  texts: readonly string[],
  owners: Owners,
  findings: Findings,
): void {
  const { caller, input } = attempt.sent;
  for (const text of texts) {
    const owner = owners.get(text.toLowerCase());
    if (owner === undefined) continue;
    const sameTenant = owner.tenantId === caller.tenantId;
    const { subject = caller.subject } = owner;
    const mayKnow =
      (attempt.meaning === "success" && !owner.secret) ||
      caller.role !== "user" ||
      subject === caller.subject;
    if ((sameTenant && mayKnow) || JSON.stringify(input).toLowerCase().includes(text.toLowerCase())) continue;
    const rule = sameTenant
      ? `${attempt.meaning === "success" ? "a reply" : "an error"} tells another user's id`
      : "a reply tells another tenant's id";
    findings.add("I10", rule, text, () => linesOf([attempt]));
  }
}

function* idsIn(value: unknown): Generator<string> {
  if (typeof value === "string") {
    if (value.length === UUID_LENGTH || value.length >= TOKEN_LENGTH) yield value;
    if (value.includes("canary-")) yield* value.match(CANARY) ?? [];
  } else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* idsIn(part);
}
