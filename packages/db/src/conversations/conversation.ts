import type { MessageStatus } from "./commands.ts";
import type { Message, Part } from "./message.ts";
import { afterSteps, type Step } from "./steps.ts";

/** The answer that is under way in a conversation. */
export interface Answer {
  readonly id: string;
  readonly seq: bigint;
  /** Until when whoever generates it need not be heard of, in epoch milliseconds by the database's clock. */
  readonly leaseUntilMs: number;
  /** Whether a wallet pays for it, by a hold that has the answer's id. */
  readonly paid: boolean;
}

export interface Conversation {
  readonly id: string;
  readonly ownerId: string;
  readonly lastSeq: bigint;
  readonly version: bigint;
  readonly answer: Answer | undefined;
  /** Messages wait for an answer, and who pays for it. */
  readonly waiting: { readonly walletId: string | undefined } | undefined;
}

export interface NewConversation extends Conversation {
  readonly title: string | undefined;
}

/** A message that is there already, as far as decisions read it. */
export interface Known {
  readonly seq: bigint;
  /** Of an answer under way: as it was opened. */
  readonly message: Message;
}

export interface NewMessage {
  readonly message: Message;
  readonly status: MessageStatus;
  readonly error?: string | undefined;
}

/** What a decision changes. Each but `wait` is one version of the conversation. */
export type ConversationChange =
  | { readonly type: "create"; readonly conversation: NewConversation }
  | { readonly type: "append"; readonly conversationId: string; readonly message: NewMessage }
  | {
      readonly type: "open-answer";
      readonly conversationId: string;
      readonly answerId: string;
      readonly leaseUntilMs: number;
      readonly paid: boolean;
    }
  | {
      readonly type: "say";
      readonly conversationId: string;
      readonly steps: readonly Step[];
      readonly leaseUntilMs: number;
    }
  | {
      readonly type: "settle";
      readonly conversationId: string;
      readonly steps: readonly Step[];
      /** All that was said, those steps included. */
      readonly parts: readonly Part[];
      readonly status: Exclude<MessageStatus, "streaming">;
      readonly error?: string | undefined;
    }
  /** Whether messages wait for an answer. */
  | { readonly type: "wait"; readonly conversationId: string; readonly waiting: Conversation["waiting"] };

/** A message on its way into its table. */
export interface AppendedMessage extends NewMessage {
  readonly conversationId: string;
  readonly seq: bigint;
  readonly version: bigint;
  readonly operationId: string;
}

/** What was said of an answer at one version; the last has the status in which it ended. */
export interface Said {
  readonly conversationId: string;
  readonly seq: bigint;
  readonly version: bigint;
  readonly operationId: string;
  readonly steps: readonly Step[];
  readonly status: MessageStatus | undefined;
  readonly error: string | undefined;
}

export interface Settled {
  readonly conversationId: string;
  readonly seq: bigint;
  readonly parts: readonly Part[];
  readonly status: MessageStatus;
  readonly error: string | undefined;
}

/** The conversations of one batch: what was locked and read, as it is after each decision, and what to write. */
export class ConversationRows {
  readonly conversations = new Map<string, Conversation>();
  readonly created: { conversation: NewConversation; operationId: string }[] = [];
  readonly appended: AppendedMessage[] = [];
  readonly said: Said[] = [];
  readonly settled: Settled[] = [];
  /** Conversations as they were before this batch. */
  readonly before = new Map<string, Conversation>();
  /** Those whose row this batch changes. */
  readonly changed = new Set<string>();
  /** Answers whose lease had run out when they were locked, by conversation. */
  readonly abandoned = new Set<string>();
  readonly #known = new Map<string, Map<string, Known>>();
  /** What was said of the answer under way; where it was read or begins here. */
  readonly #parts = new Map<string, Part[]>();

  readConversation(conversation: Conversation): void {
    this.conversations.set(conversation.id, conversation);
    this.before.set(conversation.id, conversation);
  }

  readMessage(conversationId: string, messageId: string, known: Known): void {
    const ofConversation = this.#known.get(conversationId);
    if (ofConversation === undefined) this.#known.set(conversationId, new Map([[messageId, known]]));
    else ofConversation.set(messageId, known);
  }

  readSteps(conversationId: string, steps: readonly Step[]): void {
    this.#parts.set(conversationId, afterSteps(this.#parts.get(conversationId) ?? [], steps));
  }

  known(conversationId: string, messageId: string): Known | undefined {
    return this.#known.get(conversationId)?.get(messageId);
  }

  /** What was said of the answer under way, and then these steps. */
  partsAfter(conversationId: string, steps: readonly Step[]): Part[] {
    const parts = this.#parts.get(conversationId);
    if (parts === undefined) throw new TypeError("what was said of an answer that ends was not read");
    return afterSteps(parts, steps);
  }

  apply(change: ConversationChange, operationId: string): void {
    if (change.type === "create") {
      this.conversations.set(change.conversation.id, change.conversation);
      this.created.push({ conversation: change.conversation, operationId });
      return;
    }
    const before = this.conversations.get(change.conversationId);
    if (before === undefined) throw new TypeError("a decision changed a conversation that is not locked");
    this.changed.add(before.id);
    switch (change.type) {
      case "wait":
        this.conversations.set(before.id, { ...before, waiting: change.waiting });
        return;
      case "append":
        this.#append(before, change.message, operationId);
        return;
      case "open-answer": {
        const { answerId, leaseUntilMs, paid } = change;
        const message: Message = { id: answerId, role: "assistant", parts: [] };
        const opened = this.#append(before, { message, status: "streaming" }, operationId);
        const answer = { id: answerId, seq: opened.lastSeq, leaseUntilMs, paid };
        this.conversations.set(before.id, { ...opened, answer });
        this.#parts.set(before.id, []);
        return;
      }
      case "say": {
        const answer = this.#answerOf(before);
        this.#say(before, answer, change.steps, operationId, undefined, undefined);
        const said = this.conversations.get(before.id) as Conversation;
        const { leaseUntilMs } = change;
        this.conversations.set(before.id, { ...said, answer: { ...answer, leaseUntilMs } });
        return;
      }
      case "settle": {
        const answer = this.#answerOf(before);
        const { steps, parts, status, error } = change;
        const { id, seq } = answer;
        this.#say(before, answer, steps, operationId, status, error);
        this.settled.push({ conversationId: before.id, seq, parts, status, error });
        const message = { id, role: "assistant" as const, parts: [...parts] };
        this.readMessage(before.id, id, { seq, message });
        const said = this.conversations.get(before.id) as Conversation;
        this.conversations.set(before.id, { ...said, answer: undefined });
      }
    }
  }

  #append(before: Conversation, message: NewMessage, operationId: string): Conversation {
    const [seq, version] = [before.lastSeq + 1n, before.version + 1n];
    const after = { ...before, lastSeq: seq, version };
    this.conversations.set(before.id, after);
    this.appended.push({ ...message, conversationId: before.id, seq, version, operationId });
    this.readMessage(before.id, message.message.id, { seq, message: message.message });
    return after;
  }

  #say(
    before: Conversation,
    { seq }: Answer,
    steps: readonly Step[],
    operationId: string,
    status: MessageStatus | undefined,
    error: string | undefined,
  ): void {
    const version = before.version + 1n;
    this.conversations.set(before.id, { ...before, version });
    this.said.push({ conversationId: before.id, seq, version, operationId, steps, status, error });
    const parts = this.#parts.get(before.id);
    if (parts !== undefined) this.#parts.set(before.id, afterSteps(parts, steps));
  }

  #answerOf({ answer }: Conversation): Answer {
    if (answer === undefined) throw new TypeError("a decision goes on with an answer that is not under way");
    return answer;
  }
}
