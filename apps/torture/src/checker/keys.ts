import { type Attempt, dataOf, wasReplayed, wasTold } from "./attempts.ts";
import type { Case, Story } from "./case.ts";
import { tokenHashOf } from "./content.ts";
import { linesOf, rowLine } from "./evidence.ts";
import { checkReuse } from "./key-reuse.ts";
import type { Findings } from "./violation.ts";

/** I1, I2 and I3: what was told of each idempotency key, against what is recorded under it. */
export function checkKeys(one: Case, findings: Findings): void {
  const { calls, storiesByKey, attempts } = one;
  for (const attempt of attempts) {
    if (!attempt.isQuery && attempt.key === undefined && wasTold(attempt)) {
      findings.add("I1", "told an outcome without a key", attempt.sent.procedure, () => linesOf([attempt]));
    }
  }
  for (const [key, stories] of storiesByKey) {
    if (stories.length > 1) {
      const rows = () => stories.map(({ operation }) => rowLine("operations", operation));
      findings.add("I3", "two operations under one key", key, rows);
    }
    for (const story of stories) checkWasAskedFor(one, story, calls.get(key) ?? [], findings);
  }
  for (const [key, tries] of calls) {
    const [story] = storiesByKey.get(key) ?? [];
    checkTold(key, tries, story, findings);
    checkReuse(key, tries, story, findings);
  }
}

/** I2: an operation exists because somebody asked for it and was not told that it had no effect. */
function checkWasAskedFor(
  { holds, reservations, threads }: Case,
  { operation, askers }: Story,
  tries: readonly Attempt[],
  findings: Findings,
): void {
  const { idempotencyKey: key, kind, caller, input } = operation;
  const evidence = () => [...linesOf(tries), rowLine("operations", operation)];
  if (caller === "system:holdfast") {
    const [holdId, reservationId] = [`${input["holdId"]}`, `${input["reservationId"]}`];
    const ofHold = kind === "wallets.expire" && key === `holdfast:expire:${holdId}` && holds.has(holdId);
    const ofSeats = kind === "seats.expire" && key === `holdfast:expire:${reservationId}`;
    if (ofHold || (ofSeats && reservations.has(reservationId))) return;
    const [conversationId, answerId] = [`${input["conversationId"]}`, `${input["answerId"]}`];
    const ofAnswer = kind === "conversations.abandon" && key === `holdfast:abandon:${answerId}`;
    if (ofAnswer && threads.get(conversationId)?.messages.some(({ messageId }) => messageId === answerId))
      return;
    findings.add("I2", "an operation of the clock's that no hold explains", key, evidence);
  } else if (askers.length === 0) {
    findings.add("I2", "an operation that nobody asked for", `${kind} under ${key} by ${caller}`, evidence);
  } else if (askers.every(({ meaning }) => meaning === "not-executed")) {
    findings.add(
      "I2",
      "told that nothing was executed, yet it is recorded",
      `${kind} under ${key}`,
      evidence,
    );
  }
}

/** I1: what was told is recorded, word for word. I3: and everybody was told the same, once for the first time. */
function checkTold(
  key: string,
  tries: readonly Attempt[],
  story: Story | undefined,
  findings: Findings,
): void {
  const told = tries.filter(wasTold);
  const [first] = told;
  if (first === undefined) return;
  if (story === undefined) {
    const detail = `${first.sent.procedure} under ${key}`;
    findings.add("I1", "acknowledged, and not in the database", detail, () => linesOf(tries));
    return;
  }
  const { operation, askers } = story;
  const evidence = () => [...linesOf(tries), rowLine("operations", operation)];
  const detail = `${operation.kind} under ${key}`;
  const strangers = told.filter((attempt) => !askers.includes(attempt));
  if (strangers.length > 0) {
    findings.add("I3", "another caller or other content was answered under a used key", detail, () => [
      ...linesOf(strangers),
      rowLine("operations", operation),
    ]);
  }
  const rightful = told.filter((attempt) => askers.includes(attempt));
  const answers = new Set(rightful.map((attempt) => answerOf(attempt)));
  const recordable = new Set(rightful.map((attempt) => answerOf(attempt, asRecorded)));
  if (answers.size > 1) {
    findings.add("I3", "one key was told two outcomes", detail, evidence);
  } else if (answers.size === 1 && !recordable.has(recordedAnswer(story))) {
    findings.add("I1", "recorded with another outcome than was told", detail, evidence);
  }
  const fresh = rightful.filter((attempt) => !wasReplayed(attempt));
  const late = fresh.filter(({ sent }) => story.toldMs < sent.atMs);
  if (fresh.length > 1) findings.add("I3", "executed for the first time more than once", detail, evidence);
  else if (late.length > 0) findings.add("I3", "told as new though it was told before", detail, evidence);
}

/** A reply's content but for `replayed`, as the bytes that it was. */
function answerOf(attempt: Attempt, change = (data: object): object => data): string {
  const reply = attempt.replied?.reply;
  if (reply?.kind === "error") return JSON.stringify([reply.code, reply.details]);
  const { replayed: _, ...data } = dataOf(attempt);
  return JSON.stringify(change(data));
}

/** A reservation's token is told every time and never recorded; its hash is, in its place. */
function asRecorded(data: object): object {
  return "token" in data ? { ...data, token: { tokenHash: tokenHashOf(data) } } : data;
}

function recordedAnswer({ operation: { outcome } }: Story): string {
  return outcome.ok ? JSON.stringify(outcome.data) : JSON.stringify([outcome.code, outcome.details]);
}
