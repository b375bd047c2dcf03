import fc from "fast-check";
import { expect, test } from "vitest";
import type { Principal } from "../principal.ts";
import { action, commandOf, WALLETS } from "../testing/conversation-actions.ts";
import { ConversationModel } from "../testing/conversation-model.ts";
import { deepFreeze } from "../testing/deep-freeze.ts";
import { ada, shop } from "../testing/factories.ts";
import { WalletModel } from "../testing/wallet-model.ts";
import { decideWallet } from "../wallets/decide.ts";
import { dueExpiries } from "../wallets/decide-holds.ts";
import { type Wallet, WalletRows } from "../wallets/wallet.ts";
import { type AppendedMessage, type Conversation, ConversationRows, type Said } from "./conversation.ts";
import { type ConversationCommand, decideConversation } from "./decide.ts";
import { dueAbandonments } from "./decide-answers.ts";
import type { AnswerTerms } from "./terms.ts";

/** Commands by random principals at random times, decided by the implementation and by the model side by side. */

const START_MS = Date.UTC(2026, 10, 1);
/** Two sat a token, 20 an answer at most; a hold that some answers outlive. */
const TERMS: AnswerTerms = { pricePer1000Tokens: 2_000n, maxTokens: 10, leaseSeconds: 5, holdSeconds: 8 };

/** What must have come up, so that a pass means something; and nothing else may. */
const MUST_COME_UP = [
  ...["create", "importJson", "append", "send", "answer", "save", "settle", "stop", "abandon", "expire"],
  ...["alreadyThere", "queued", "waiting", "failed", "hold", "capture", "release", "unpaid"],
  ...["NOT_FOUND", "FORBIDDEN", "BAD_REQUEST", "MESSAGE_ID_REUSED", "SEQ_CONFLICT", "ANSWER_UNDER_WAY"],
  ...["ANSWER_ENDED", "INSUFFICIENT_FUNDS"],
];

interface Stored {
  readonly message: AppendedMessage;
  /** As its row is: an answer under way has said nothing there. */
  row: Pick<AppendedMessage, "message" | "status" | "error">;
}

class Sides {
  rows = new ConversationRows();
  wallets = new WalletRows();
  readonly #purses = new WalletModel();
  readonly model = new ConversationModel(TERMS, this.#purses);
  readonly seen: Map<string, number>;
  /** What transactions before this one have written: conversations, messages by their place, and what was said. */
  readonly #conversations = new Map<string, Conversation>();
  readonly #messages = new Map<string, Stored[]>();
  readonly #said = new Map<string, Said[]>();
  #ids = 0;

  constructor(seen: Map<string, number>) {
    this.seen = seen;
    for (const [id, ownerId, balance] of WALLETS) {
      const more = { currency: "sat", balance: BigInt(balance), held: 0n, minBalance: 0n, version: 1n };
      this.wallets.wallets.set(id, { id, ownerId, ...more });
      const limits = { floor: 0, ceiling: Number.MAX_VALUE, base: 0n };
      this.#purses.wallets.set(id, { ownerId, currency: "sat", ...limits, moves: [balance] });
    }
  }

  /** Decides on both sides, compares what they answer, and carries the changes into the rows. */
  run(command: ConversationCommand, principal: Principal, nowMs: number): void {
    const idsFrom = (first: number) => () => `00000000-0000-7000-8000-${String(++first).padStart(12, "0")}`;
    const operationId = `operation-${this.#ids}`;
    deepFreeze([command, [...this.rows.conversations.values()], [...this.wallets.wallets.values()]]);
    const decide = () => {
      const context = { principal, nowMs, operationId, newId: idsFrom(this.#ids), derive: String };
      return decideConversation(this.rows, this.wallets, command, context, TERMS);
    };
    const before = this.#inOrder();
    const verdict = decide();
    deepFreeze(verdict);
    expect(decide()).toEqual(verdict);
    expect(this.#inOrder()).toEqual(before);

    const told = this.model.run(command, {
      by: principal,
      now: nowMs,
      operationId,
      newId: idsFrom(this.#ids),
    });
    if (!told.ok) {
      expect(verdict).toMatchObject(told);
      expect(verdict).not.toHaveProperty("changes");
      this.#see(told.code);
      return;
    }
    expect(verdict.ok ? verdict.data : verdict).toEqual(told.data);
    if (!verdict.ok) return;
    this.#see(command.kind.slice("conversations.".length));
    this.#seeIn(told.data, command);
    for (const change of verdict.changes.conversations) this.rows.apply(change, operationId);
    for (const change of verdict.changes.wallets ?? []) this.wallets.apply(change, operationId);
    this.#ids += 1;
    this.#compare();
  }

  /** Holds whose time has come end by themselves, as they do in the write path. */
  expire(nowMs: number): void {
    for (const { holdId, ...command } of dueExpiries(this.wallets, nowMs)) {
      const context = { principal: shop, nowMs, operationId: "expiry", newId: String, derive: String };
      const verdict = decideWallet(this.wallets, { ...command, holdId }, context);
      if (verdict.ok) for (const change of verdict.changes) this.wallets.apply(change, "expiry");
      expect(this.#purses.run({ ...command, holdId }, shop, nowMs, String).ok).toBe(true);
      this.#see("expire");
    }
  }

  #see(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #seeIn(data: object, command: ConversationCommand): void {
    const {
      messages = [],
      answer,
      failed,
      waiting,
      wallet,
    } = data as {
      messages?: object[];
      answer?: object | null;
      failed?: object;
      waiting?: object;
      wallet?: { step: string };
    };
    if (messages.some((one) => "alreadyThere" in one)) this.#see("alreadyThere");
    else if (command.kind === "conversations.send" && answer === null) this.#see("queued");
    if (failed !== undefined) this.#see("failed");
    if (waiting !== undefined) this.#see("waiting");
    if (wallet !== undefined) this.#see(wallet.step);
    else if ("tokens" in command && command.tokens !== undefined) this.#see("unpaid");
  }

  #inOrder() {
    const { created, appended, said, settled, changed } = this.rows;
    return [
      [...this.rows.conversations.values()],
      [created.length, appended.length, said.length, settled.length, changed.size],
      [...this.wallets.wallets.values()],
    ];
  }

  #compare(): void {
    for (const { id, owner, log, waiting } of this.model.conversations.values()) {
      const answer = this.model.answer(id);
      expect(this.rows.conversations.get(id)).toMatchObject({
        ...{ ownerId: owner, version: BigInt(log.length), lastSeq: BigInt(this.model.messages(id).length) },
        waiting: waiting && { walletId: waiting.walletId },
        answer: answer && {
          ...{ id: answer.id, seq: BigInt(answer.seq), leaseUntilMs: answer.until, paid: answer.paid },
        },
      });
    }
    for (const { id, balance, held, version } of this.wallets.wallets.values()) {
      const state = { balance: `${balance}`, held: `${held}`, version: `${version}` };
      expect([id, this.#purses.stand(id)]).toEqual([id, expect.objectContaining(state)]);
    }
  }

  /** Ends the transaction: what it writes must find what it expects to. The next one reads everything. */
  commit(nowMs: number): void {
    const { created, appended, said, settled, changed, before } = this.rows;
    for (const { conversation } of created) {
      expect(this.#conversations.has(conversation.id)).toBe(false);
      this.#conversations.set(conversation.id, conversation);
    }
    for (const one of appended) {
      const messages = this.#messages.get(one.conversationId) ?? [];
      this.#messages.set(one.conversationId, [...messages, { message: one, row: one }]);
      expect(one.seq).toBe(BigInt(messages.length + 1));
      expect(messages.map(({ message: { message } }) => message.id)).not.toContain(one.message.id);
    }
    for (const one of said)
      this.#said.set(one.conversationId, [...(this.#said.get(one.conversationId) ?? []), one]);
    for (const { conversationId, seq, parts, status, error } of settled) {
      const stored = this.#messages.get(conversationId)?.[Number(seq) - 1] as Stored;
      expect(stored.row.status).toBe("streaming");
      stored.row = { message: { ...stored.row.message, parts: [...parts] }, status, error };
    }
    for (const id of changed) {
      const stored = this.#conversations.get(id);
      expect(stored?.version).toBe(before.get(id)?.version ?? 0n);
      this.#conversations.set(id, this.rows.conversations.get(id) as Conversation);
    }
    expect(new Map(this.#conversations)).toEqual(this.rows.conversations);
    this.#compareStored();
    this.#read(nowMs);
  }

  /** Every message is as the model has it, and every version is there once. */
  #compareStored(): void {
    for (const { id, log } of this.model.conversations.values()) {
      const stored = this.#messages.get(id) ?? [];
      const said = this.#said.get(id) ?? [];
      const told = this.model.messages(id);
      expect(stored.map(({ row: { message, status, error } }) => ({ message, status, error }))).toEqual(
        told.map((one) =>
          one.status === "streaming" ? { ...one, message: { ...one.message, parts: [] } } : one,
        ),
      );
      const versions = [
        ...stored.map(({ message }) => message.version),
        ...said.map(({ version }) => version),
      ];
      expect(versions.sort((a, b) => Number(a - b))).toEqual(log.map((_, at) => BigInt(at + 1)));
    }
  }

  #read(nowMs: number): void {
    const kept = [...this.wallets.wallets.values()];
    const holds = [...this.wallets.holds.values()];
    this.wallets = new WalletRows();
    for (const wallet of kept) this.wallets.wallets.set(wallet.id, wallet as Wallet);
    for (const hold of holds) this.wallets.holds.set(hold.id, hold);
    this.rows = new ConversationRows();
    for (const [id, conversation] of this.#conversations) {
      this.rows.readConversation(conversation);
      for (const { message, row } of this.#messages.get(id) ?? [])
        this.rows.readMessage(id, message.message.id, { seq: message.seq, message: row.message });
      const { answer } = conversation;
      if (answer !== undefined && answer.leaseUntilMs <= nowMs) this.rows.abandoned.add(id);
      this.rows.readSteps(id, []);
      for (const { seq, steps } of this.#said.get(id) ?? [])
        if (seq === answer?.seq) this.rows.readSteps(id, steps);
    }
  }
}

test("every decision is the model's, whoever sends what in whatever order", { timeout: 60_000 }, () => {
  const seen = new Map(MUST_COME_UP.map((what) => [what, 0]));
  const property = fc.property(fc.array(action, { minLength: 1, maxLength: 60, size: "max" }), (actions) => {
    const sides = new Sides(seen);
    let nowMs = START_MS;
    sides.run(
      { kind: "conversations.create", idempotencyKey: "key", ownerId: undefined, title: undefined },
      ada,
      nowMs,
    );
    for (const planned of actions) {
      if (planned.fresh) {
        nowMs += planned.waited;
        sides.commit(nowMs);
        sides.expire(nowMs);
        const due = dueAbandonments(sides.rows);
        expect(due.map(({ conversationId }) => conversationId)).toEqual(sides.model.due(nowMs));
        for (const command of due) sides.run(command, shop, nowMs);
      }
      sides.run(commandOf(planned, sides.model), planned.by, nowMs);
    }
    sides.commit(nowMs);
  });
  fc.assert(property, { numRuns: 300 });
  expect([...seen.keys()]).toEqual(MUST_COME_UP);
  expect(Math.min(...seen.values())).toBeGreaterThan(0);
});
