import type { WalletRows } from "../wallets/wallet.ts";
import type { Feature, Need } from "../write-path/feature.ts";
import { conversationInputs } from "./commands.ts";
import type { ConversationChange, ConversationRows } from "./conversation.ts";
import { type ConversationCommand, decideConversation } from "./decide.ts";
import { dueAbandonments } from "./decide-answers.ts";
import { listAbandoned, lockConversationRows, type WantedConversations } from "./rows.ts";
import { type AnswerTerms, DEFAULT_TERMS } from "./terms.ts";
import { conversationTopic } from "./topic.ts";
import { conversationChecks } from "./verify.ts";
import { writeConversationRows } from "./write-rows.ts";
import { stepsOfAnswer, writtenByConversations } from "./written.ts";

const conversations = (...parts: string[]): Need => ({ feature: "conversations", key: parts.join("\0") });
const conversation = (id: string): Need => conversations("conversation", id);
const message = (conversationId: string, id: string): Need => conversations("message", conversationId, id);
const said = (conversationId: string): Need => conversations("said", conversationId);

/**
 * The conversations' face to the write path. The lock of a conversation guards its messages and the answer under way, so every
 * command names its conversation first; the further needs say what has to be read under that lock.
 */
export function createConversationsFeature(
  terms: AnswerTerms = DEFAULT_TERMS,
): Feature<ConversationCommand, ConversationRows, ConversationChange> {
  const wallet = (id: string | undefined): Need[] =>
    id === undefined ? [] : [{ feature: "wallets", key: `wallet:${id}` }];
  /** The hold of an answer bears the answer's id. Where answers cost nothing there is none. */
  const hold = (answerId: string): Need[] =>
    terms.pricePer1000Tokens === 0n ? [] : [{ feature: "wallets", key: `hold:${answerId}` }];

  return {
    name: "conversations",
    inputs: conversationInputs,

    needs(command) {
      switch (command.kind) {
        case "conversations.create":
        case "conversations.importJson":
          return [];
        case "conversations.append": {
          const { conversationId, messages } = command;
          return [conversation(conversationId), ...messages.map(({ id }) => message(conversationId, id))];
        }
        case "conversations.send": {
          const { conversationId, message: sent, walletId } = command;
          return [conversation(conversationId), message(conversationId, sent.id), ...wallet(walletId)];
        }
        case "conversations.answer":
          return [conversation(command.conversationId), ...wallet(command.walletId)];
        case "conversations.save":
          return [conversation(command.conversationId), ...hold(command.answerId)];
        case "conversations.settle":
        case "conversations.stop":
          return [
            conversation(command.conversationId),
            said(command.conversationId),
            ...hold(command.answerId),
          ];
        case "conversations.abandon":
          return [];
      }
    },

    async lock(tx, tenantId, keys, wait) {
      const { rows, stuck } = await lockConversationRows(tx, tenantId, wantedOf(keys), wait);
      // Conversations are never deleted, so one that is not there was never used under any key.
      return { rows, stuck: new Set([...stuck].map((id) => conversation(id).key)), absent: false };
    },

    due: dueAbandonments,

    async overdue(tx, tenantId, limit, after) {
      const ids = await listAbandoned(tx, tenantId, limit, after?.split("\0")[1]);
      return ids.map((id) => conversation(id).key);
    },

    decide(all, command, context) {
      const wallets = all["wallets"] as WalletRows | undefined;
      return decideConversation(all["conversations"] as ConversationRows, wallets, command, context, terms);
    },

    apply(rows, changes, operationId) {
      for (const change of changes) rows.apply(change, operationId);
    },

    write: writeConversationRows,
    topic: conversationTopic,
    touched: (rows) =>
      [...rows.appended, ...rows.said].map(({ conversationId, version }) => ({
        id: conversationId,
        version,
      })),
    written: writtenByConversations,
    stepsOf: stepsOfAnswer,
    checks: conversationChecks,
  };
}

function wantedOf(keys: readonly string[]): WantedConversations {
  const parts = keys.map((key) => key.split("\0"));
  return {
    // Whatever is needed is needed under its conversation's lock.
    conversations: [...new Set(parts.map(([, id = ""]) => id))].sort(),
    messages: parts.flatMap(([kind, conversationId = "", ...rest]) =>
      kind === "message" ? [{ conversationId, messageId: rest.join("\0") }] : [],
    ),
    said: parts.flatMap(([kind, id = ""]) => (kind === "said" ? [id] : [])),
  };
}
