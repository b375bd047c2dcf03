import { isDeepStrictEqual } from "node:util";
import type { Case } from "../case.ts";
import { linesOf, rowLine } from "../evidence.ts";
import type { MessageRow, SaidRow } from "../tables.ts";
import type { Findings } from "../violation.ts";
import { addUp } from "./parts.ts";
import type { Thread } from "./thread.ts";

/** I8 of each conversation's own rows, looked at without asking what caused them. */
export function checkThreads(one: Case, findings: Findings): void {
  for (const thread of one.threads.values()) {
    const whole = hasEveryVersion(thread, findings);
    thread.sound = hasEverySeq(thread, findings) && whole;
    isTheSumOfItsRows(thread, findings);
    for (const message of thread.messages) if (message.generated) endsOnce(thread, message, findings);
    saysNothingOfOthers(thread, findings);
  }
  checkOperations(one, findings);
}

function hasEveryVersion({ id, versions }: Thread, findings: Findings): boolean {
  const wrong = versions.findIndex(({ version }, at) => version !== BigInt(at + 1));
  if (wrong < 0) return true;
  const detail = `conversation ${id} has version ${versions[wrong]?.version} where ${wrong + 1} should be`;
  findings.add("I8", "versions of a conversation have a gap or a double", detail, () =>
    versions.slice(Math.max(0, wrong - 1), wrong + 1).map((row) => rowLine("versions", row)),
  );
  return false;
}

/** Seqs from 1 without a gap, in the order of the versions, and no id twice. */
function hasEverySeq({ id, messages }: Thread, findings: Findings): boolean {
  const ids = new Map<string, MessageRow>();
  let before: MessageRow | undefined;
  for (const message of messages) {
    const twin = ids.get(message.messageId);
    ids.set(message.messageId, message);
    const rows = [before, twin, message];
    const evidence = () => rows.flatMap((row) => (row === undefined ? [] : [rowLine("messages", row)]));
    const expected = (before?.seq ?? 0n) + 1n;
    if (message.seq !== expected) {
      const detail = `conversation ${id} has seq ${message.seq} where ${expected} should be`;
      findings.add("I8", "seqs have a gap or a double", detail, evidence);
      return false;
    }
    if (twin !== undefined) {
      const detail = `${message.messageId} at ${twin.seq} and ${message.seq} of conversation ${id}`;
      findings.add("I8", "a message id has two rows", detail, evidence);
      return false;
    }
    if (message.version <= (before?.version ?? 0n)) {
      findings.add("I8", "the order of seqs is not that of versions", `conversation ${id}`, evidence);
      return false;
    }
    before = message;
  }
  return true;
}

function isTheSumOfItsRows({ id, row, messages, versions }: Thread, findings: Findings): void {
  const [lastSeq, version] = [messages.at(-1)?.seq ?? 0n, versions.at(-1)?.version ?? 0n];
  const streaming = messages.filter(({ status }) => status === "streaming");
  const [open] = streaming;
  const fits =
    row !== undefined &&
    row.lastSeq === lastSeq &&
    row.version === version &&
    streaming.length <= 1 &&
    row.answerId === (open?.messageId ?? null) &&
    row.answerSeq === (open?.seq ?? null);
  if (fits) return;
  const detail = `conversation ${id}: seq ${lastSeq}, version ${version}, ${streaming.length} answers under way`;
  findings.add("I8", "a conversation is not the sum of its rows", detail, () => [
    rowLine("conversations", row),
    rowLine("messages", messages.at(-1)),
    rowLine("messages", open),
  ]);
}

/** An answer has one end, and nothing is said after it; what it says is what was said of it. */
function endsOnce({ id, said }: Thread, message: MessageRow, findings: Findings): void {
  const rows = said.get(message.seq) ?? [];
  const last = rows.at(-1);
  const ends = rows.filter(({ status }) => status !== null);
  const evidence = () => [rowLine("messages", message), ...rows.slice(-3).map((row) => rowLine("said", row))];
  const detail = `answer ${message.messageId} of conversation ${id}`;
  if (ends.length > 1 || (ends.length === 1 && last?.status === null))
    findings.add("I8", "an answer has more than one end, or goes on after it", detail, evidence);
  if (rows.some(({ version }) => version <= message.version))
    findings.add("I8", "something was said of an answer before it began", detail, evidence);
  const isOver = ends.length > 0;
  if (message.status !== (last?.status ?? "streaming") || message.error !== (last?.error ?? null))
    findings.add("I8", "an answer has another end than was said", detail, evidence);
  const parts = isOver ? addUp(rows.flatMap(({ steps }) => steps)) : [];
  if (!isDeepStrictEqual(message.parts, parts))
    findings.add("I8", "an answer is not what was said of it", detail, evidence);
}

function saysNothingOfOthers({ id, messages, said }: Thread, findings: Findings): void {
  const answers = new Set(messages.filter(({ generated }) => generated).map(({ seq }) => seq));
  for (const [seq, rows] of said) {
    if (answers.has(seq)) continue;
    findings.add("I8", "something was said of what is no answer", `seq ${seq} of conversation ${id}`, () =>
      rows.slice(0, 3).map((row: SaidRow) => rowLine("said", row)),
    );
  }
}

/** I2: a conversation changes because an operation says so that succeeded. */
function checkOperations({ operations, threads }: Case, findings: Findings): void {
  for (const { id, versions } of threads.values()) {
    for (const version of versions) {
      const story = operations.get(version.operationId);
      if (story?.operation.outcome.ok && story.operation.kind.startsWith("conversations.")) continue;
      const rule =
        story === undefined
          ? "a version of a conversation that no operation explains"
          : "refused, and yet it changed a conversation";
      findings.add("I2", rule, `version ${version.version} of conversation ${id}`, () => [
        ...linesOf(story?.askers ?? []),
        rowLine("operations", story?.operation),
        rowLine("versions", version),
      ]);
    }
  }
}
