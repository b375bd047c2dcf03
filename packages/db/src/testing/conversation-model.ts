import type { ConversationCommand } from "../conversations/decide.ts";
import type { Message } from "../conversations/message.ts";
import type { Step } from "../conversations/steps.ts";
import type { AnswerTerms } from "../conversations/terms.ts";
import type { Principal } from "../principal.ts";
import {
  answerOf,
  type Happened,
  hashOf,
  type ModelAnswer,
  type ModelMessage,
  messagesOf,
  said,
} from "./message-model.ts";
import { type Paid, PayerModel } from "./payer-model.ts";
import { Refused, type Told, type WalletModel } from "./wallet-model.ts";

interface ModelConversation {
  readonly id: string;
  readonly owner: string;
  readonly title: string | null;
  /** Its version is how much happened. */
  readonly log: Happened[];
  waiting?: { readonly walletId: string | undefined } | undefined;
}

export interface ModelCall {
  readonly by: Principal;
  readonly now: number;
  readonly operationId: string;
  readonly newId: () => string;
}

type Command<K extends ConversationCommand["kind"]> = Extract<ConversationCommand, { kind: K }>;

/**
 * What conversations must do, written a second time and as simply as can be: each is the list of what happened to it, and
 * whatever can be derived from that (messages, what an answer says, whether one is under way) is derived anew each time. It
 * shares no code with the implementation; wallets are those of their own model.
 */
export class ConversationModel {
  readonly conversations = new Map<string, ModelConversation>();
  readonly #terms: AnswerTerms;
  readonly #payer: PayerModel;

  constructor(terms: AnswerTerms, wallets: WalletModel) {
    this.#terms = terms;
    this.#payer = new PayerModel(terms, wallets);
  }

  /** What the command answers, or the refusal that it meets: whatever can be refused is, before anything changes. */
  run(command: ConversationCommand, call: ModelCall): Told {
    try {
      return { ok: true, data: { operationId: call.operationId, ...this.#decide(command, call) } };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, code: error.code, details: error.details };
    }
  }

  /** The conversations whose answer nobody goes on with. */
  due(now: number): string[] {
    return [...this.conversations.keys()].filter((id) => (this.answer(id)?.until ?? now + 1) <= now);
  }

  /** The messages of a conversation in their order: the first has seq 1. */
  messages(id: string): ModelMessage[] {
    return messagesOf(this.conversations.get(id)?.log ?? []);
  }

  /** The answer under way. */
  answer(id: string): ModelAnswer | undefined {
    return answerOf(this.conversations.get(id)?.log ?? []);
  }

  #decide(command: ConversationCommand, call: ModelCall): object {
    switch (command.kind) {
      case "conversations.create":
        return this.#create(command, [], call);
      case "conversations.importJson": {
        const messages = command.messages.map((one, at): Message => {
          return { ...one, id: "id" in one ? one.id : `imported-${at + 1}` };
        });
        if (new Set(messages.map(({ id }) => id)).size < messages.length)
          throw new Refused("BAD_REQUEST", {});
        return this.#create(command, messages, call);
      }
      case "conversations.append": {
        const found = this.#find(command.conversationId, call);
        const messages = this.#place(found, command.messages);
        const news = command.messages.filter((_, at) => !("alreadyThere" in (messages[at] as object)));
        if (news.length > 0) this.#expectSeq(found, command.expectedSeq);
        for (const message of news) found.log.push({ is: "message", message });
        return { ...this.#stand(found), lastSeq: `${this.messages(found.id).length}`, messages };
      }
      case "conversations.send":
        return this.#send(command, call);
      case "conversations.answer":
        return this.#answerNow(command, call);
      case "conversations.save": {
        const { found, answer } = this.#underWay(command, call);
        const paid = this.#payer.pay(answer, command.tokens ?? 0, false, call);
        const until = this.#lease(call);
        found.log.push({ is: "said", steps: command.steps, until });
        const status = { status: "streaming", leaseUntil: iso(until) };
        return { ...this.#stand(found), answerId: answer.id, seq: `${answer.seq}`, ...status, ...paid };
      }
      case "conversations.settle": {
        const { found, answer } = this.#underWay(command, call);
        const paid = this.#payer.pay(answer, command.tokens ?? 0, true, call);
        return { ...this.#end(found, answer, command.status, command.steps ?? [], command.error), ...paid };
      }
      case "conversations.stop": {
        const found = this.#find(command.conversationId, call);
        const answer = this.#named(command.answerId, found);
        return { ...this.#end(found, answer, "stopped"), ...this.#payer.free(answer, call) };
      }
      case "conversations.abandon": {
        const found = this.#find(command.conversationId, call);
        return this.#end(found, this.#named(command.answerId, found), "failed", [], "interrupted");
      }
    }
  }

  #create(
    { title, ownerId }: { readonly title?: string | undefined; readonly ownerId?: string | undefined },
    messages: readonly Message[],
    { by, newId }: ModelCall,
  ): object {
    const owner = ownerId ?? by.subject;
    if (by.role === "user" && owner !== by.subject) throw new Refused("FORBIDDEN", { needs: "service" });
    const log = messages.map((message) => ({ is: "message", message }) as const);
    const made: ModelConversation = { id: newId(), owner, title: title ?? null, log: [...log] };
    this.conversations.set(made.id, made);
    return { ...this.#stand(made), ownerId: owner, title: made.title, lastSeq: `${log.length}` };
  }

  #send(command: Command<"conversations.send">, call: ModelCall): object {
    const { message, whenBusy, walletId } = command;
    const found = this.#find(command.conversationId, call);
    const messages = this.#place(found, [message]);
    const told = (opened: object) => {
      return { ...this.#stand(found), lastSeq: `${this.messages(found.id).length}`, messages, ...opened };
    };
    if ("alreadyThere" in (messages[0] as object)) return told({ answer: null });
    this.#expectSeq(found, command.expectedSeq);
    const busy = this.answer(found.id);
    if (busy !== undefined && whenBusy !== "queue")
      throw new Refused("ANSWER_UNDER_WAY", { answerId: busy.id, seq: `${busy.seq}` });
    if (busy !== undefined) {
      this.#payer.mayName(walletId, call);
      found.log.push({ is: "message", message });
      found.waiting = { walletId };
      return told({ answer: null });
    }
    const paid = this.#payer.hold(walletId, call);
    found.log.push({ is: "message", message });
    const opened = this.#open(found, paid, call);
    return told(opened);
  }

  #answerNow({ conversationId, walletId }: Command<"conversations.answer">, call: ModelCall): object {
    const found = this.#find(conversationId, call);
    if (call.by.role === "user") throw new Refused("FORBIDDEN", { needs: "service" });
    const busy = this.answer(found.id);
    if (busy !== undefined) throw new Refused("ANSWER_UNDER_WAY", { answerId: busy.id, seq: `${busy.seq}` });
    if (found.waiting === undefined || found.waiting.walletId !== walletId)
      throw new Refused("NOT_FOUND", { what: "a message that waits for an answer" });
    try {
      const opened = this.#open(found, this.#payer.hold(walletId, call), call);
      return { ...this.#stand(found), ...opened };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const message: Message = { id: call.newId(), role: "assistant", parts: [] };
      found.log.push({ is: "message", message, error: error.code });
      found.waiting = undefined;
      const seq = `${this.messages(found.id).length}`;
      return {
        ...this.#stand(found),
        answer: null,
        failed: { messageId: message.id, seq, error: error.code },
      };
    }
  }

  #open(found: ModelConversation, paid: Paid | undefined, call: ModelCall): object {
    const until = this.#lease(call);
    const id = paid?.wallet.holdId ?? call.newId();
    found.log.push({ is: "answer", id, until, paid: paid !== undefined });
    found.waiting = undefined;
    const seq = `${this.messages(found.id).length}`;
    return { answer: { answerId: id, seq, leaseUntil: iso(until) }, ...paid };
  }

  #end(
    found: ModelConversation,
    { id, seq }: ModelAnswer,
    status: string,
    steps: readonly Step[] = [],
    error?: string,
  ): object {
    found.log.push({ is: "end", steps, status, ...(error === undefined ? {} : { error }) });
    const { message } = this.messages(found.id)[seq - 1] as ModelMessage;
    const { waiting } = found;
    const next = waiting && { waiting: { walletId: waiting.walletId ?? null } };
    return {
      ...this.#stand(found),
      answerId: id,
      seq: `${seq}`,
      status,
      partsHash: hashOf(message),
      ...next,
    };
  }

  /** Where messages stand or will; throws when one has the id of another that says something else. */
  #place(found: ModelConversation, messages: readonly Message[]): object[] {
    const there = this.messages(found.id);
    let seq = there.length;
    return messages.map((message) => {
      const at = there.findIndex(({ message: { id } }) => id === message.id);
      if (at < 0) return { messageId: message.id, seq: `${++seq}` };
      const stands = { messageId: message.id, seq: `${at + 1}` };
      if (said(there[at]?.message) !== said(message)) throw new Refused("MESSAGE_ID_REUSED", stands);
      return { ...stands, alreadyThere: true };
    });
  }

  #find(id: string, { by }: ModelCall): ModelConversation {
    const found = this.conversations.get(id);
    if (found === undefined || (by.role === "user" && found.owner !== by.subject))
      throw new Refused("NOT_FOUND", { what: "conversationId" });
    return found;
  }

  #named(answerId: string, found: ModelConversation): ModelAnswer {
    const answer = this.answer(found.id);
    if (answer?.id !== answerId) throw new Refused("ANSWER_ENDED", { answerId });
    return answer;
  }

  #underWay({ conversationId, answerId }: { conversationId: string; answerId: string }, call: ModelCall) {
    const found = this.#find(conversationId, call);
    const answer = this.#named(answerId, found);
    if (call.by.role === "user") throw new Refused("FORBIDDEN", { needs: "service" });
    return { found, answer };
  }

  #expectSeq(found: ModelConversation, expected: bigint | undefined): void {
    const actual = this.messages(found.id).length;
    if (expected === undefined || Number(expected) === actual) return;
    throw new Refused("SEQ_CONFLICT", { expected: `${expected}`, actual: `${actual}` });
  }

  #stand({ id, log }: ModelConversation) {
    return { conversationId: id, version: `${log.length}` };
  }

  #lease({ now }: ModelCall): number {
    return now + this.#terms.leaseSeconds * 1000;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
