import { createHash } from "node:crypto";
import { TERMS } from "../../terms.ts";
import { contentOfMessage, type Input } from "../content.ts";
import type { Asker } from "../model.ts";
import { type Refusal, type Step, textIn } from "../steps.ts";
import { meterOf, payFor, type WalletPart } from "./meter.ts";
import { addUp } from "./parts.ts";
import type { AnswerUnderWay, KnownMessage, State } from "./transcript.ts";

/**
 * What conversations must do, written from the documents alone and single-threaded: given how a conversation stands, what does
 * a command answer, and which rows does it write? Of a wallet that pays it knows what it is asked for; whether the credit is
 * there is the other model's business.
 */

export interface Situation {
  readonly id: string;
  readonly ownerId: string;
  readonly state: State;
  readonly known: (messageId: string) => KnownMessage | undefined;
  /** The steps of an answer so far. */
  readonly saidOf: (seq: number) => readonly unknown[];
  readonly asker: Asker;
  /** What the command is said to have answered: only ids that it made are taken from there. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/** A row that is meant, as far as the command says. */
export type Meant = Readonly<Record<string, unknown>>;

export interface ConversationDone {
  readonly ok: true;
  /** The fields of the answer, but for the wallet's part. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly messages: readonly Meant[];
  readonly said: readonly Meant[];
  readonly waiting: State["waiting"];
  readonly wallet: WalletPart | undefined;
}

export function runConversationStep(step: Step, situation: Situation): ConversationDone | Refusal {
  const { ownerId, asker } = situation;
  if (asker.role === "user" && asker.subject !== ownerId)
    return refuse("NOT_FOUND", { what: "conversationId" });
  switch (step.kind) {
    case "append":
      return append(step, situation);
    case "send":
      return send(step, situation);
    case "answer":
      return answerQueued(step, situation);
    case "abandon":
      return abandon(step, situation);
    default:
      return goOn(step, situation);
  }
}

const refuse = (code: string, details: object): Refusal => ({ ok: false, code, details });

/** The answer whose generator may yet be heard of. */
function underWay({ state, asker }: Situation): AnswerUnderWay | undefined {
  const { answer } = state;
  return answer !== undefined && answer.leaseUntilMs > asker.nowMs ? answer : undefined;
}

const busyWith = ({ id, seq }: AnswerUnderWay): Refusal =>
  refuse("ANSWER_UNDER_WAY", { answerId: id, seq: `${seq}` });

/** Where each message stands, and those that are new; or why one can't stand there. */
function place(messages: readonly Input[], { state, known }: Situation) {
  const stand: object[] = [];
  const added: Meant[] = [];
  for (const message of messages) {
    const messageId = `${message["id"]}`;
    const before = known(messageId);
    if (before !== undefined && before.content !== contentOfMessage(message))
      return refuse("MESSAGE_ID_REUSED", { messageId, seq: `${before.seq}` });
    if (before !== undefined) stand.push({ messageId, seq: `${before.seq}`, alreadyThere: true });
    else {
      const seq = state.lastSeq + added.length + 1;
      stand.push({ messageId, seq: `${seq}` });
      added.push(meantMessage(message, messageId, seq, state.version + added.length + 1));
    }
  }
  return { stand, added };
}

export function meantMessage(message: Input, messageId: string, seq: number, version: number): Meant {
  const { role, metadata = null, parts } = message;
  const fixed = { status: "complete", error: null, generated: false };
  return { seq: BigInt(seq), version: BigInt(version), messageId, role, metadata, parts, ...fixed };
}

function conflictOf(step: Step, { state }: Situation): Refusal | undefined {
  const expected = textIn(step, "expectedSeq");
  if (expected === undefined || expected === `${state.lastSeq}`) return undefined;
  return refuse("SEQ_CONFLICT", { expected, actual: `${state.lastSeq}` });
}

function told({ id, state }: Situation, versions: number, messages: number): Record<string, unknown> {
  const lastSeq = `${state.lastSeq + messages}`;
  return { conversationId: id, version: `${state.version + versions}`, lastSeq };
}

function append(step: Step, situation: Situation): ConversationDone | Refusal {
  const placed = place(step["messages"] as Input[], situation);
  if ("ok" in placed) return placed;
  const { stand, added } = placed;
  const conflict = added.length > 0 ? conflictOf(step, situation) : undefined;
  if (conflict !== undefined) return conflict;
  return {
    ok: true,
    data: { ...told(situation, added.length, added.length), messages: stand },
    ...{ messages: added, said: [], waiting: situation.state.waiting, wallet: undefined },
  };
}

function send(step: Step, situation: Situation): ConversationDone | Refusal {
  const { state, asker, answer } = situation;
  const placed = place([step["message"] as Input], situation);
  if ("ok" in placed) return placed;
  const { stand, added } = placed;
  const done = (
    rows: readonly Meant[],
    opened: object | null,
    waiting: State["waiting"],
  ): ConversationDone => ({
    ok: true,
    data: { ...told(situation, rows.length, rows.length), messages: stand, answer: opened },
    ...{ messages: rows, said: [], waiting, wallet: undefined },
  });
  if (added.length === 0) return done([], null, state.waiting);
  const conflict = conflictOf(step, situation);
  if (conflict !== undefined) return conflict;
  const busy = underWay(situation);
  const walletId = textIn(step, "walletId");
  if (busy !== undefined)
    return step["whenBusy"] === "queue" ? done(added, null, { walletId }) : busyWith(busy);
  const opened = openedIn(answer);
  const rows = [...added, meantAnswer(opened, state.lastSeq + 2, state.version + 2)];
  return {
    ...done(rows, toldOpened(opened, state.lastSeq + 2, asker), undefined),
    wallet: walletId === undefined ? undefined : meterOf(walletId, opened, asker.nowMs),
  };
}

function openedIn({ answer }: Situation["answer"]): string {
  return `${((answer ?? {}) as { answerId?: unknown }).answerId}`;
}

function toldOpened(answerId: string, seq: number, asker: Asker): object {
  return { answerId, seq: `${seq}`, leaseUntil: leaseToldFrom(asker) };
}

function leaseToldFrom({ nowMs }: Asker): string {
  return new Date(leaseFrom(nowMs)).toISOString();
}

/** What it says in the end is judged by its own rows. */
function meantAnswer(messageId: string, seq: number, version: number): Meant {
  return { seq: BigInt(seq), version: BigInt(version), messageId, role: "assistant", generated: true };
}

/** Opens the answer to what has waited; a wallet that can't pay for it any more is told in the conversation. */
function answerQueued(step: Step, situation: Situation): ConversationDone | Refusal {
  const { state, asker, answer, id } = situation;
  if (asker.role === "user") return refuse("FORBIDDEN", { needs: "service" });
  const busy = underWay(situation);
  if (busy !== undefined) return busyWith(busy);
  const walletId = textIn(step, "walletId");
  if (state.waiting === undefined || state.waiting.walletId !== walletId)
    return refuse("NOT_FOUND", { what: "a message that waits for an answer" });
  const seq = state.lastSeq + 1;
  const data = { conversationId: id, version: `${state.version + 1}` };
  const place = { seq: BigInt(seq), version: BigInt(state.version + 1) };
  if (answer["answer"] === null && walletId !== undefined) {
    // Why the wallet can't pay is for the wallets' model to say; the message says the same.
    const { messageId, error } = (answer["failed"] ?? {}) as { messageId?: unknown; error?: unknown };
    const message = {
      ...place,
      messageId,
      error,
      role: "assistant",
      parts: [],
      status: "failed",
      generated: false,
    };
    return {
      ok: true,
      data: { ...data, answer: null, failed: { messageId, seq: `${seq}`, error } },
      messages: [message],
      ...NOTHING_ELSE,
    };
  }
  const opened = openedIn(answer);
  return {
    ok: true,
    data: { ...data, answer: toldOpened(opened, seq, asker) },
    messages: [meantAnswer(opened, seq, state.version + 1)],
    ...NOTHING_ELSE,
    wallet: walletId === undefined ? undefined : meterOf(walletId, opened, asker.nowMs),
  };
}

const NOTHING_ELSE = { said: [], waiting: undefined, wallet: undefined } as const;

/** What goes on with an answer, or ends it: save, settle, stop. */
function goOn(step: Step, situation: Situation): ConversationDone | Refusal {
  const { state, asker } = situation;
  const answerId = textIn(step, "answerId") ?? "";
  const answer = underWay(situation);
  if (answer === undefined || answer.id !== answerId) return refuse("ANSWER_ENDED", { answerId });
  if (step.kind !== "stop" && asker.role === "user") return refuse("FORBIDDEN", { needs: "service" });
  const ends = step.kind === "stop" ? "stopped" : step.kind === "settle" ? textIn(step, "status") : undefined;
  const error = step.kind === "settle" ? (textIn(step, "error") ?? null) : null;
  const tokens = step.kind === "stop" ? undefined : Number(step["tokens"] ?? 0);
  return {
    ok: true,
    data: {
      ...changedData(situation, answer, ends ?? "streaming"),
      ...(ends === undefined ? { leaseUntil: leaseToldFrom(asker) } : hashOfParts(situation, answer, step)),
      ...(ends === undefined ? {} : waitingData(state)),
    },
    messages: [],
    said: [meantSaid(situation, answer, (step["steps"] ?? []) as unknown[], ends ?? null, error)],
    waiting: state.waiting,
    wallet: payFor(answer, tokens, ends !== undefined, asker.nowMs),
  };
}

/** Only the clock does that, and only when the lease has run out. */
function abandon(step: Step, situation: Situation): ConversationDone | Refusal {
  const { state, asker } = situation;
  const { answer } = state;
  if (answer === undefined || answer.id !== textIn(step, "answerId"))
    return refuse("ANSWER_ENDED", { answerId: step["answerId"] });
  if (answer.leaseUntilMs > asker.nowMs) return busyWith(answer);
  return {
    ok: true,
    data: {
      ...changedData(situation, answer, "failed"),
      ...hashOfParts(situation, answer, step),
      ...waitingData(state),
    },
    messages: [],
    said: [meantSaid(situation, answer, [], "failed", "interrupted")],
    waiting: state.waiting,
    wallet: undefined,
  };
}

function changedData({ id, state }: Situation, { id: answerId, seq }: AnswerUnderWay, status: string) {
  return { conversationId: id, answerId, seq: `${seq}`, status, version: `${state.version + 1}` };
}

function waitingData({ waiting }: State): { waiting?: { walletId: string | null } } {
  return waiting === undefined ? {} : { waiting: { walletId: waiting.walletId ?? null } };
}

/** Of everything that was said of an answer, up to its end. */
function hashOfParts({ saidOf }: Situation, { seq }: AnswerUnderWay, step: Step): { partsHash: string } {
  const parts = addUp([...saidOf(seq), ...((step["steps"] ?? []) as unknown[])]);
  return { partsHash: createHash("sha256").update(JSON.stringify(parts)).digest("hex") };
}

function meantSaid(
  { state }: Situation,
  { seq }: AnswerUnderWay,
  steps: readonly unknown[],
  status: string | null,
  error: string | null,
): Meant {
  return { version: BigInt(state.version + 1), seq: BigInt(seq), steps, status, error };
}

/** Until when whoever says an answer need not be heard of. */
export function leaseFrom(nowMs: number): number {
  return nowMs + TERMS.leaseSeconds * 1_000;
}
