import { refuse } from "../wallets/guards.ts";
import type { WalletRows } from "../wallets/wallet.ts";
import type { DecideContext } from "../write-path/feature.ts";
import type { Appended, ConversationCreated, ConversationKind } from "./commands.ts";
import type { ConversationChange, ConversationRows, NewConversation } from "./conversation.ts";
import {
  type AbandonCommand,
  decideAbandon,
  decideAnswer,
  decideSave,
  decideSend,
  decideSettle,
  decideStop,
} from "./decide-answers.ts";
import { appendMessages, type CommandOf, findConversation, isOwner, moved, type Verdict } from "./guards.ts";
import type { Message } from "./message.ts";
import type { AnswerTerms } from "./terms.ts";

/** A parsed command on conversations. */
export type ConversationCommand =
  | { [K in ConversationKind]: CommandOf<K> }[ConversationKind]
  | AbandonCommand;

/** Decides one command on locked conversations. Checks come in the order in which a caller should hear of them. */
export function decideConversation(
  rows: ConversationRows,
  wallets: WalletRows | undefined,
  command: ConversationCommand,
  context: DecideContext,
  terms: AnswerTerms,
): Verdict {
  switch (command.kind) {
    case "conversations.create":
      return decideCreate([], command, context);
    case "conversations.importJson":
      return decideImport(command, context);
    case "conversations.append":
      return decideAppend(rows, command, context);
    case "conversations.send":
      return decideSend(rows, wallets, command, context, terms);
    case "conversations.answer":
      return decideAnswer(rows, wallets, command, context, terms);
    case "conversations.save":
      return decideSave(rows, wallets, command, context, terms);
    case "conversations.settle":
      return decideSettle(rows, wallets, command, context, terms);
    case "conversations.stop":
      return decideStop(rows, wallets, command, context);
    case "conversations.abandon":
      return decideAbandon(rows, command, context);
  }
}

function decideAppend(
  rows: ConversationRows,
  command: CommandOf<"conversations.append">,
  context: DecideContext,
): Verdict<Appended> {
  const found = findConversation(rows, command.conversationId, context.principal);
  if ("ok" in found) return found;
  const appended = appendMessages(rows, found, command.messages);
  if ("ok" in appended) return appended;
  const { changes, stand } = appended;
  // Whoever sends again what has arrived is not in conflict with himself.
  const conflict = changes.length > 0 ? moved(found, command.expectedSeq) : undefined;
  if (conflict !== undefined) return conflict;
  const count = BigInt(changes.length);
  return {
    ok: true,
    data: {
      operationId: context.operationId,
      conversationId: found.id,
      version: `${found.version + count}`,
      lastSeq: `${found.lastSeq + count}`,
      messages: stand,
    },
    changes: { conversations: changes },
  };
}

/** Users begin conversations of their own; services any. */
function decideCreate(
  messages: readonly Message[],
  command: { readonly title?: string | undefined; readonly ownerId?: string | undefined },
  { principal, operationId, newId }: DecideContext,
): Verdict<ConversationCreated> {
  const ownerId = command.ownerId ?? principal.subject;
  if (!isOwner(principal, ownerId)) return refuse("FORBIDDEN", { needs: "service" });
  const conversation: NewConversation = {
    id: newId(),
    ownerId,
    title: command.title,
    lastSeq: 0n,
    version: 0n,
    answer: undefined,
    waiting: undefined,
  };
  const { id: conversationId } = conversation;
  const changes = messages.map((message): ConversationChange => {
    return { type: "append", conversationId, message: { message, status: "complete" } };
  });
  return {
    ok: true,
    data: {
      operationId,
      conversationId,
      ownerId,
      title: command.title ?? null,
      lastSeq: `${changes.length}`,
      version: `${changes.length}`,
    },
    changes: { conversations: [{ type: "create", conversation }, ...changes] },
  };
}

/** Messages without an id are named after their place. */
function decideImport(
  command: CommandOf<"conversations.importJson">,
  context: DecideContext,
): Verdict<ConversationCreated> {
  const ids = new Set<string>();
  const messages: Message[] = [];
  for (const [at, message] of command.messages.entries()) {
    const id = "id" in message ? message.id : `imported-${at + 1}`;
    if (ids.has(id))
      return refuse("BAD_REQUEST", { issues: [{ path: `messages.${at}.id`, message: "occurs twice" }] });
    ids.add(id);
    messages.push({ ...message, id });
  }
  return decideCreate(messages, command, context);
}
