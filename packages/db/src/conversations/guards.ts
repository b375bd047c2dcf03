import { actsForOthers, type Principal } from "../principal.ts";
import { refuse } from "../wallets/guards.ts";
import type { WalletChange } from "../wallets/wallet.ts";
import type { Refusal } from "../write-path/feature.ts";
import type { Appended, ConversationKind, ParsedConversationInput } from "./commands.ts";
import type { Conversation, ConversationChange, ConversationRows } from "./conversation.ts";
import { type Message, sayTheSame } from "./message.ts";

/** A parsed command that a caller can send. */
export type CommandOf<K extends ConversationKind> = { kind: K } & ParsedConversationInput<K>;

/** A decision: what of conversations changes, and what it moves between wallets. */
export type Verdict<Data = unknown> =
  | {
      readonly ok: true;
      readonly data: Data;
      readonly changes: {
        readonly conversations: readonly ConversationChange[];
        readonly wallets?: readonly WalletChange[];
      };
    }
  | Refusal;

/** The caller's conversation: that of a user's own, any for services. */
export function findConversation(
  rows: ConversationRows,
  conversationId: string,
  principal: Principal,
): Conversation | Refusal {
  const conversation = rows.conversations.get(conversationId);
  const mine = conversation !== undefined && isOwner(principal, conversation.ownerId);
  return mine ? conversation : refuse("NOT_FOUND", { what: "conversationId" });
}

export function isOwner(principal: Principal, ownerId: string): boolean {
  return actsForOthers(principal) || ownerId === principal.subject;
}

/** Somebody has written since the caller looked. */
export function moved({ lastSeq }: Conversation, expectedSeq: bigint | undefined): Refusal | undefined {
  if (expectedSeq === undefined || expectedSeq === lastSeq) return undefined;
  return refuse("SEQ_CONFLICT", { expected: `${expectedSeq}`, actual: `${lastSeq}` });
}

/**
 * What of some messages is new, as changes, and where each will stand. One that is there already with the same content is left
 * as it is; one whose id has other content is refused, and then nothing is written.
 */
export function appendMessages(
  rows: ConversationRows,
  conversation: Conversation,
  messages: readonly Message[],
): { changes: ConversationChange[]; stand: Appended["messages"] } | Refusal {
  const changes: ConversationChange[] = [];
  const stand: Appended["messages"] = [];
  let seq = conversation.lastSeq;
  for (const message of messages) {
    const known = rows.known(conversation.id, message.id);
    if (known !== undefined && !sayTheSame(known.message, message))
      return refuse("MESSAGE_ID_REUSED", { messageId: message.id, seq: `${known.seq}` });
    if (known !== undefined) {
      stand.push({ messageId: message.id, seq: `${known.seq}`, alreadyThere: true });
      continue;
    }
    seq += 1n;
    stand.push({ messageId: message.id, seq: `${seq}` });
    changes.push({
      type: "append",
      conversationId: conversation.id,
      message: { message, status: "complete" },
    });
  }
  return { changes, stand };
}
