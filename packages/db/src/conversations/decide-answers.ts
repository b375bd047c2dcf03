import { actsForOthers } from "../principal.ts";
import { maySpend, refuse } from "../wallets/guards.ts";
import type { WalletChange, WalletRows } from "../wallets/wallet.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { AnswerChanged, AnswerOpened, ConversationAnswers, PaidStep, Sent } from "./commands.ts";
import type { Answer, Conversation, ConversationChange, ConversationRows } from "./conversation.ts";
import { appendMessages, type CommandOf, findConversation, moved, type Verdict } from "./guards.ts";
import { hashParts, type Message } from "./message.ts";
import { giveBack, holdFor, type Payment, payFor, withdrawn } from "./payment.ts";
import type { AnswerTerms } from "./terms.ts";

/** The lease of an answer has run out. Comes from the clock alone; no caller can send it. */
export interface AbandonCommand {
  readonly kind: "conversations.abandon";
  readonly idempotencyKey: string;
  readonly conversationId: string;
  readonly answerId: string;
}

/** Appends the user's message, and opens its answer or lets it wait for one, in one transaction. */
export function decideSend(
  rows: ConversationRows,
  wallets: WalletRows | undefined,
  command: CommandOf<"conversations.send">,
  context: DecideContext,
  terms: AnswerTerms,
): Verdict<Sent> {
  const found = findConversation(rows, command.conversationId, context.principal);
  if ("ok" in found) return found;
  const appended = appendMessages(rows, found, [command.message]);
  if ("ok" in appended) return appended;
  const { changes, stand } = appended;
  const told = (count: number, opened?: Opening): Sent => ({
    operationId: context.operationId,
    conversationId: found.id,
    version: `${found.version + BigInt(count)}`,
    lastSeq: `${found.lastSeq + BigInt(count)}`,
    messages: stand,
    answer: opened?.answer ?? null,
    ...paidBy(opened?.payment),
  });
  // It has arrived before, by another call, and has been answered or will be.
  if (changes.length === 0) return { ok: true, data: told(0), changes: { conversations: [] } };
  const conflict = moved(found, command.expectedSeq);
  if (conflict !== undefined) return conflict;
  if (found.answer !== undefined) {
    const { walletId } = command;
    if (command.whenBusy !== "queue")
      return refuse("ANSWER_UNDER_WAY", { answerId: found.answer.id, seq: `${found.answer.seq}` });
    // Whoever opens the answer later is a service, which may spend of any wallet.
    const payer = walletId === undefined ? undefined : wallets?.wallets.get(walletId);
    if (walletId !== undefined && (payer === undefined || !maySpend(context.principal, payer)))
      return refuse("NOT_FOUND", { what: "walletId" });
    const waits = { type: "wait", conversationId: found.id, waiting: { walletId } } as const;
    return { ok: true, data: told(1), changes: { conversations: [...changes, waits] } };
  }
  const opened = openAnswer(found, found.lastSeq + 2n, wallets, command.walletId, context, terms);
  if ("ok" in opened) return opened;
  return {
    ok: true,
    data: told(2, opened),
    changes: { conversations: [...changes, ...opened.changes], wallets: opened.payment?.changes ?? [] },
  };
}

/** Opens the answer to what was queued. A wallet that can't pay for it any more is told in the conversation. */
export function decideAnswer(
  rows: ConversationRows,
  wallets: WalletRows | undefined,
  command: CommandOf<"conversations.answer">,
  context: DecideContext,
  terms: AnswerTerms,
): Verdict<ConversationAnswers["conversations.answer"]> {
  const found = findConversation(rows, command.conversationId, context.principal);
  if ("ok" in found) return found;
  if (!actsForOthers(context.principal)) return refuse("FORBIDDEN", { needs: "service" });
  const { answer, waiting } = found;
  if (answer !== undefined) return refuse("ANSWER_UNDER_WAY", { answerId: answer.id, seq: `${answer.seq}` });
  if (waiting === undefined || waiting.walletId !== command.walletId)
    return refuse("NOT_FOUND", { what: "a message that waits for an answer" });
  const { operationId } = context;
  const base = { operationId, conversationId: found.id, version: `${found.version + 1n}` };
  const opened = openAnswer(found, found.lastSeq + 1n, wallets, command.walletId, context, terms);
  if (!("ok" in opened)) {
    return {
      ok: true,
      data: { ...base, answer: opened.answer, ...paidBy(opened.payment) },
      changes: { conversations: opened.changes, wallets: opened.payment?.changes ?? [] },
    };
  }
  const failed: Message = { id: context.newId(), role: "assistant", parts: [] };
  return {
    ok: true,
    data: {
      ...base,
      answer: null,
      failed: { messageId: failed.id, seq: `${found.lastSeq + 1n}`, error: opened.code },
    },
    changes: {
      conversations: [
        {
          type: "append",
          conversationId: found.id,
          message: { message: failed, status: "failed", error: opened.code },
        },
        { type: "wait", conversationId: found.id, waiting: undefined },
      ],
    },
  };
}

interface Opening {
  readonly answer: AnswerOpened;
  readonly changes: readonly ConversationChange[];
  readonly payment: Payment | undefined;
}

function paidBy(payment: Payment | undefined): { wallet?: PaidStep } {
  return payment === undefined ? {} : { wallet: payment.told };
}

/** Opens an answer; where a wallet pays, what it may cost at most is held first. */
function openAnswer(
  { id: conversationId }: Conversation,
  seq: bigint,
  wallets: WalletRows | undefined,
  walletId: string | undefined,
  context: DecideContext,
  terms: AnswerTerms,
): Opening | Refusal {
  const payment = walletId === undefined ? undefined : holdFor(wallets, walletId, context, terms);
  if (payment !== undefined && "ok" in payment) return payment;
  // The hold bears the answer's id, so that whoever names the answer has named the hold.
  const answerId = payment?.told.holdId ?? context.newId();
  const leaseUntilMs = leaseFrom(context, terms);
  return {
    answer: { answerId, seq: `${seq}`, leaseUntil: new Date(leaseUntilMs).toISOString() },
    changes: [
      { type: "open-answer", conversationId, answerId, leaseUntilMs, paid: payment !== undefined },
      { type: "wait", conversationId, waiting: undefined },
    ],
    payment,
  };
}

/** Saves what was said, pays for it in the same transaction, and renews the lease. */
export function decideSave(
  rows: ConversationRows,
  wallets: WalletRows | undefined,
  { steps, tokens, ...named }: CommandOf<"conversations.save">,
  context: DecideContext,
  terms: AnswerTerms,
): Verdict<AnswerChanged> {
  const found = findUnderWay(rows, named, context);
  if ("ok" in found) return found;
  const unpaid = withdrawn(found.answer, wallets);
  if (unpaid !== undefined) return unpaid;
  const conversationId = found.conversation.id;
  const leaseUntilMs = leaseFrom(context, terms);
  const pay = payFor(found.answer, wallets, tokens, context, terms, false);
  return {
    ok: true,
    data: {
      ...toldOf(found, context),
      status: "streaming",
      leaseUntil: new Date(leaseUntilMs).toISOString(),
      ...paidBy(pay),
    },
    changes: { conversations: [{ type: "say", conversationId, steps, leaseUntilMs }], ...moves(pay) },
  };
}

/** Saves the rest, pays for it, and gives back what is left of the hold. */
export function decideSettle(
  rows: ConversationRows,
  wallets: WalletRows | undefined,
  { steps = [], status, error, tokens, ...named }: CommandOf<"conversations.settle">,
  context: DecideContext,
  terms: AnswerTerms,
): Verdict<AnswerChanged> {
  const found = findUnderWay(rows, named, context);
  if ("ok" in found) return found;
  const unpaid = steps.length > 0 ? withdrawn(found.answer, wallets) : undefined;
  if (unpaid !== undefined) return unpaid;
  const pay = payFor(found.answer, wallets, tokens, context, terms, true);
  return ended(rows, found, context, { steps, status, error }, pay);
}

/** Anybody who may write may stop; what was saved stays, and is all that is paid for. */
export function decideStop(
  rows: ConversationRows,
  wallets: WalletRows | undefined,
  command: CommandOf<"conversations.stop">,
  context: DecideContext,
): Verdict<AnswerChanged> {
  const found = findAnswer(rows, command, context);
  if ("ok" in found) return found;
  const pay = giveBack(found.answer, wallets, context);
  return ended(rows, found, context, { steps: [], status: "stopped" }, pay);
}

/** The answers whose lease had run out when their conversations were locked. */
export function dueAbandonments(rows: ConversationRows): AbandonCommand[] {
  return [...rows.abandoned].flatMap((conversationId) => {
    const answerId = rows.conversations.get(conversationId)?.answer?.id;
    if (answerId === undefined) return [];
    const idempotencyKey = `holdfast:abandon:${answerId}`;
    return [{ kind: "conversations.abandon" as const, idempotencyKey, conversationId, answerId }];
  });
}

export function decideAbandon(
  rows: ConversationRows,
  { conversationId, answerId }: AbandonCommand,
  context: DecideContext,
): Verdict<AnswerChanged> {
  const conversation = rows.conversations.get(conversationId);
  const answer = conversation?.answer;
  if (conversation === undefined || answer?.id !== answerId) return refuse("NOT_FOUND", { what: "answerId" });
  // A wallet has paid for what was said as it was said, and the rest of its hold comes back when that expires.
  const end = { steps: [], status: "failed", error: "interrupted" } as const;
  return ended(rows, { conversation, answer }, context, end, undefined);
}

interface UnderWay {
  readonly conversation: Conversation;
  readonly answer: Answer;
}

type Named = { readonly conversationId: string; readonly answerId: string };

function findAnswer(rows: ConversationRows, named: Named, context: DecideContext): UnderWay | Refusal {
  const conversation = findConversation(rows, named.conversationId, context.principal);
  if ("ok" in conversation) return conversation;
  const { answer } = conversation;
  if (answer?.id !== named.answerId) return refuse("ANSWER_ENDED", { answerId: named.answerId });
  return { conversation, answer };
}

/** For who generates it, which is a service. */
function findUnderWay(rows: ConversationRows, named: Named, context: DecideContext): UnderWay | Refusal {
  const found = findAnswer(rows, named, context);
  if (!("ok" in found) && !actsForOthers(context.principal)) return refuse("FORBIDDEN", { needs: "service" });
  return found;
}

type End = Pick<ConversationChange & { type: "settle" }, "steps" | "status" | "error">;

function ended(
  rows: ConversationRows,
  found: UnderWay,
  context: DecideContext,
  end: End,
  pay: Payment | undefined,
): Verdict<AnswerChanged> {
  const { id: conversationId, waiting } = found.conversation;
  const parts = rows.partsAfter(conversationId, end.steps);
  return {
    ok: true,
    data: {
      ...toldOf(found, context),
      status: end.status,
      partsHash: hashParts(parts),
      ...paidBy(pay),
      ...(waiting === undefined ? {} : { waiting: { walletId: waiting.walletId ?? null } }),
    },
    changes: { conversations: [{ type: "settle", conversationId, parts, ...end }], ...moves(pay) },
  };
}

function toldOf({ conversation, answer }: UnderWay, { operationId }: DecideContext) {
  const { id: conversationId, version } = conversation;
  const place = { answerId: answer.id, seq: `${answer.seq}`, version: `${version + 1n}` };
  return { operationId, conversationId, ...place };
}

function moves(pay: Payment | undefined): { wallets?: readonly WalletChange[] } {
  return pay === undefined ? {} : { wallets: pay.changes };
}

function leaseFrom({ nowMs }: DecideContext, { leaseSeconds }: AnswerTerms): number {
  return nowMs + leaseSeconds * 1000;
}
