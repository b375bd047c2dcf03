import { z } from "zod";
import * as field from "../fields.ts";
import type { HoldChanged, HoldPlaced } from "../wallets/commands.ts";
import { type Message, message, messages, userMessage } from "./message.ts";
import { type Step, step } from "./steps.ts";

/** What each command on conversations takes. One schema serves the wire and callers in process. */

/** The most messages of one append, and of one import. */
const MAX_APPENDED = 100;
const MAX_IMPORTED = 10_000;
const MAX_STEPS = 1_000;

const key = { idempotencyKey: field.idempotencyKey };
const within = { conversationId: field.id };
const expected = {
  expectedSeq: field.version
    .describe("The last seq that the caller knows: when there is a later one, nothing is written.")
    .optional(),
};
const begin = {
  title: field.text(200).meta({ example: "Refund" }).optional(),
  ownerId: field.ownerId
    .describe("Whose it is; the caller's when left out. Services may name anybody.")
    .optional(),
};
const answer = { ...within, answerId: field.id };
/** What a model has used so far for an answer, in tokens. */
const tokens = z.int().min(0).max(1_000_000_000);

/** A message as it may stand in the array that a history was kept in: a `UIMessage`, or role and text. */
const imported = z.union([
  message,
  z
    .looseObject({ role: z.enum(["system", "user", "assistant"]), content: z.string().min(1) })
    .transform(
      ({ role, content }): Omit<Message, "id"> => ({ role, parts: [{ type: "text", text: content }] }),
    ),
]);

/** Input schemas by command kind; a kind is the name of the procedure that sends it, where there is one. */
export const conversationInputs = {
  "conversations.create": z.strictObject({ ...key, ...begin }),
  /** All or none, in their order. A message that is there already, with the same content, is not written again. */
  "conversations.append": z.strictObject({
    ...key,
    ...within,
    messages: messages(MAX_APPENDED),
    ...expected,
  }),
  /** Appends a message of the user's and opens the answer to it. */
  "conversations.send": z.strictObject({
    ...key,
    ...within,
    message: userMessage,
    walletId: field.id.describe("Pays for the answer, where answers cost something.").optional(),
    whenBusy: z
      .enum(["refuse", "queue"])
      .describe(
        'While another answer is under way: refuse, or append now and answer afterwards. Default "refuse".',
      )
      .optional(),
    ...expected,
  }),
  /** Ends the answer that is under way; what was said of it stays. */
  "conversations.stop": z.strictObject({ ...key, ...answer }),
  /** A new conversation from the array that its history was kept in. */
  "conversations.importJson": z.strictObject({
    ...key,
    ...begin,
    messages: z
      .array(imported)
      .max(MAX_IMPORTED)
      .describe("In their order: messages as they are appended, or `{ role, content }`."),
  }),

  // For who generates answers, in process and as a service: no procedure sends these.

  /** Opens the answer to messages that were queued while another was under way. */
  "conversations.answer": z.strictObject({ ...key, ...within, walletId: field.id.optional() }),
  /** Saves what was said since the last time, pays for it, and renews the lease. */
  "conversations.save": z.strictObject({
    ...key,
    ...answer,
    steps: z.array(step).max(MAX_STEPS),
    tokens: tokens.optional(),
  }),
  /** Saves the rest and ends the answer. */
  "conversations.settle": z.strictObject({
    ...key,
    ...answer,
    status: z.enum(["complete", "failed"]),
    steps: z.array(step).max(MAX_STEPS).optional(),
    tokens: tokens.optional(),
    /** Why it failed, in a word or a sentence for its reader. */
    error: field.text(200).optional(),
  }),
} as const;

type Inputs = typeof conversationInputs;
export type ConversationKind = keyof Inputs;
/** What a caller passes, by kind. */
export type ConversationInput<K extends ConversationKind> = z.input<Inputs[K]>;
export type ParsedConversationInput<K extends ConversationKind> = z.output<Inputs[K]>;

/**
 * "complete" is how everything is that was appended. An answer is "streaming" while it is being said, and then complete, stopped
 * by somebody, or failed; what was said by then is kept.
 */
export type MessageStatus = "streaming" | "complete" | "stopped" | "failed";

interface Changed {
  operationId: string;
  conversationId: string;
  /** Of the conversation, after the change. */
  version: string;
}

export interface ConversationCreated extends Changed {
  ownerId: string;
  title: string | null;
  /** The last message's; 0 when there is none. */
  lastSeq: string;
}

export interface Appended extends Changed {
  lastSeq: string;
  /** Where each message of the call stands, in its order. */
  messages: { messageId: string; seq: string /** It was there before this call. */; alreadyThere?: true }[];
}

/** What a command did to the wallet that pays for the answer, and the wallet as it now is. The hold bears the answer's id. */
export type PaidStep = ({ step: "hold" } & HoldPlaced) | ({ step: "capture" | "release" } & HoldChanged);

/** An answer that has been opened: whoever generates answers takes it from here. */
export interface AnswerOpened {
  answerId: string;
  seq: string;
  /** Until when it has to be saved or ended, else it counts as interrupted. ISO 8601, by the database's clock. */
  leaseUntil: string;
}

export interface Sent extends Appended {
  /** The answer that was opened; null while another is under way, and after a refusal of the wallet's. */
  answer: AnswerOpened | null;
  wallet?: PaidStep;
}

export interface AnswerChanged extends Changed {
  answerId: string;
  seq: string;
  status: MessageStatus;
  /** While it goes on: until when the lease was renewed. */
  leaseUntil?: string;
  /** When it has ended: the SHA-256 of its parts, in hexadecimal digits. */
  partsHash?: string;
  wallet?: PaidStep;
  /** Whether messages wait for an answer, and which wallet pays for it: open it with `conversations.answer`. */
  waiting?: { walletId: string | null };
}

export interface ConversationAnswers {
  "conversations.create": ConversationCreated;
  "conversations.append": Appended;
  "conversations.send": Sent;
  "conversations.stop": AnswerChanged;
  "conversations.importJson": ConversationCreated;
  "conversations.answer": Changed & {
    answer: AnswerOpened | null;
    /** The message that tells that the wallet could not pay: its error is the refusal's code. */
    failed?: { messageId: string; seq: string; error: string };
    wallet?: PaidStep;
  };
  "conversations.save": AnswerChanged;
  "conversations.settle": AnswerChanged;
}

/** A message where it stands. Of an answer that is being said: what was said by the version that it was read at. */
export interface MessageView {
  seq: string;
  message: Message;
  status: MessageStatus;
  /** Why it failed: "interrupted" when whoever generated it has vanished. */
  error?: string;
  /** ISO 8601, by the database's clock. */
  createdAt: string;
}

/** What `changes.watch` tells of a conversation, one version after the other. */
export type ConversationChange =
  | ({ kind: "message" } & MessageView)
  | { kind: "said"; seq: string; steps: readonly Step[] }
  | { kind: "settled"; seq: string; steps: readonly Step[]; status: MessageStatus; error?: string };
