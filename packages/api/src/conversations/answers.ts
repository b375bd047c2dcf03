import type {
  AnswerChanged,
  AnswerOpened,
  Appended,
  ConversationCreated,
  ConversationSummary,
  ConversationView,
  Message,
  MessageView,
  PaidStep,
  Sent,
} from "@holdfast/db";
import { z } from "zod";
import { answerOf, id, instant, next, operationId, replayed, type Told, version } from "../rest/fields.ts";
import { holdChanged, holdPlaced } from "../wallets/answers.ts";

/** What calls on conversations answer: the types of @holdfast/db as schemas. */

const seq = version.describe("The message's place in the conversation, from 1 on.");
const lastSeq = version.describe("The last message's seq; 0 when there is none.");
const status = z.enum(["streaming", "complete", "stopped", "failed"]).meta({ example: "complete" });
const title = z.string().nullable().meta({ example: "Refund" });
const changed = { operationId, conversationId: id, version };

const created = { ...changed, ownerId: z.string().meta({ example: "ada" }), title, lastSeq };
export const createdAnswer = answerOf<Told<ConversationCreated>>()(
  z.strictObject({ ...created, replayed }),
).meta({ id: "ConversationCreated" });

const appended = {
  ...changed,
  lastSeq,
  messages: z
    .array(
      z.strictObject({
        messageId: z.string().meta({ example: "msg-1" }),
        seq,
        alreadyThere: z.literal(true).describe("It was there before this call.").exactOptional(),
      }),
    )
    .describe("Where each message of the call stands, in its order."),
};
export const appendedAnswer = answerOf<Told<Appended>>()(z.strictObject({ ...appended, replayed })).meta({
  id: "MessagesAppended",
});

const paidStep: z.ZodType<PaidStep> = z
  .union([
    z.strictObject({ step: z.literal("hold"), ...holdPlaced }),
    z.strictObject({ step: z.enum(["capture", "release"]), ...holdChanged }),
  ])
  .meta({
    id: "PaidStep",
    description: "What it did to the wallet that pays; the hold bears the answer's id.",
  });

const opened = answerOf<AnswerOpened>()(
  z.strictObject({
    answerId: id,
    seq,
    leaseUntil: instant.describe("Until when it has to be saved or ended, else it counts as interrupted."),
  }),
);
const sent = {
  ...appended,
  answer: opened.nullable().describe("The answer that was opened; null while another is under way."),
  wallet: paidStep.exactOptional(),
};
export const sentAnswer = answerOf<Told<Sent>>()(z.strictObject({ ...sent, replayed })).meta({
  id: "MessageSent",
});

const answerChanged = {
  ...changed,
  answerId: id,
  seq,
  status,
  leaseUntil: instant.exactOptional(),
  partsHash: z.string().describe("SHA-256 of its parts, when it has ended.").exactOptional(),
  wallet: paidStep.exactOptional(),
  waiting: z
    .strictObject({ walletId: id.nullable() })
    .describe("When messages wait for an answer: which wallet pays for it.")
    .exactOptional(),
};
export const stoppedAnswer = answerOf<Told<AnswerChanged>>()(
  z.strictObject({ ...answerChanged, replayed }),
).meta({ id: "AnswerStopped" });

const part = z
  .looseObject({ type: z.string().meta({ example: "text" }) })
  .meta({ example: { type: "text", text: "Hello" } });
const message = answerOf<Message>()(
  z.strictObject({
    id: z.string().meta({ example: "msg-1" }),
    role: z.enum(["system", "user", "assistant"]).meta({ example: "user" }),
    metadata: z.unknown().exactOptional(),
    parts: z.array(part),
  }),
).meta({ id: "Message", description: "The AI SDK's `UIMessage`." });
const messageView = answerOf<MessageView>()(
  z.strictObject({
    seq,
    message,
    status,
    error: z.string().describe("Why it failed.").exactOptional(),
    createdAt: instant,
  }),
).meta({ id: "MessageView" });

const summary = {
  conversationId: id,
  ownerId: z.string().meta({ example: "ada" }),
  title,
  lastSeq,
  version,
  answering: z.boolean().meta({ description: "Whether an answer is under way.", example: false }),
  createdAt: instant,
};
const conversationSummary = answerOf<ConversationSummary>()(
  z.strictObject({
    ...summary,
    preview: z
      .string()
      .nullable()
      .meta({ description: "The beginning of its last message that has text.", example: "Hello" }),
  }),
).meta({ id: "ConversationSummary" });
export const conversations = z
  .strictObject({ conversations: z.array(conversationSummary), next: next(id) })
  .meta({ id: "Conversations" });

export const conversation = answerOf<ConversationView>()(
  z.strictObject({
    ...summary,
    answerId: id
      .nullable()
      .meta({ description: "The answer under way: its id is what a stop names.", example: null }),
    waiting: z.boolean().meta({ description: "Whether messages wait for an answer.", example: false }),
    messages: z.array(messageView).describe("The last ones."),
  }),
).meta({ id: "Conversation", description: "A conversation and its last messages, as of one version." });

export const messages = z
  .strictObject({
    messages: z.array(messageView),
    next: version.nullable().meta({
      description: "Pass it as `before` (or `after`) for the next page; null when there is none.",
      example: null,
    }),
  })
  .meta({ id: "Messages" });
export const exported = z.array(message);
