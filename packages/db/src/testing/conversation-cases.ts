import { expect, test } from "vitest";
import { type Answer, type Conversation, ConversationRows } from "../conversations/conversation.ts";
import { type ConversationCommand, decideConversation } from "../conversations/decide.ts";
import type { Message } from "../conversations/message.ts";
import type { AnswerTerms } from "../conversations/terms.ts";
import type { Principal } from "../principal.ts";
import { type Wallet, WalletRows } from "../wallets/wallet.ts";
import { text, wordsOf } from "./conversations.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { ada } from "./factories.ts";

const NOW = Date.UTC(2026, 10, 1);
/** A moment so many seconds from now. */
export const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();

/** Two sat a token, so 100 an answer; a lease lasts ten seconds and a hold a minute. */
export const TERMS: AnswerTerms = {
  ...{ pricePer1000Tokens: 2_000n, maxTokens: 50, leaseSeconds: 10, holdSeconds: 60 },
};

const conversation = (id: string, lastSeq: bigint, version: bigint, more: Partial<Conversation> = {}) => ({
  ...{ id, ownerId: "ada", lastSeq, version, answer: undefined, waiting: undefined },
  ...more,
});

const underWay = (id: string, paid = false): Answer => ({ id, seq: 2n, leaseUntilMs: NOW + 5_000, paid });

/**
 * Ada's: `quiet` has three messages and its fifth version; in `busy` an answer is under way, and so it is in `paid`, which 100
 * sat of the purse are held for and 10 have been captured; `queued` waits for an answer that the purse pays. `bobs` is bob's.
 */
function given(): ConversationRows {
  const rows = new ConversationRows();
  for (const one of [
    conversation("quiet", 3n, 5n),
    conversation("busy", 2n, 3n, { answer: underWay("saying") }),
    conversation("paid", 2n, 4n, { answer: underWay("dear", true), waiting: { walletId: "purse" } }),
    conversation("queued", 3n, 4n, { waiting: { walletId: "purse" } }),
    conversation("bobs", 0n, 0n, { ownerId: "bob" }),
  ]) {
    rows.readConversation(one);
    if (one.answer !== undefined) rows.readSteps(one.id, [{ at: 0, append: "So " }]);
  }
  const known: Message = { ...text("hello", "hello"), metadata: { from: "the test" } };
  rows.readMessage("quiet", "hello", { seq: 2n, message: known });
  rows.readMessage("busy", "asked", { seq: 1n, message: text("why?", "asked") });
  rows.readMessage("busy", "saying", { seq: 2n, message: { id: "saying", role: "assistant", parts: [] } });
  return rows;
}

function wallets(): WalletRows {
  const rows = new WalletRows();
  const wallet = (id: string, balance: bigint, held: bigint, ownerId = "ada"): Wallet => {
    return { id, ownerId, currency: "sat", balance, held, minBalance: 0n, version: 3n };
  };
  for (const one of [wallet("purse", 200n, 90n), wallet("poor", 99n, 0n), wallet("bobs", 500n, 0n, "bob")])
    rows.wallets.set(one.id, one);
  rows.holds.set("dear", {
    ...{ id: "dear", walletId: "purse", amount: 100n, captured: 10n, status: "partially_captured" },
    expiresAtMs: NOW + 30_000,
  });
  return rows;
}

/** A command without its key, which no decision looks at. */
export type Asked = ConversationCommand extends infer C
  ? C extends ConversationCommand
    ? Omit<C, "idempotencyKey">
    : never
  : never;

interface Situation {
  readonly by?: Principal;
  /** Seconds from now at which the call is decided. */
  readonly after?: number;
  readonly terms?: AnswerTerms;
}

function decide(asked: Asked, { by = ada, after = 0, terms = TERMS }: Situation) {
  const rows = given();
  const credit = wallets();
  const command = { ...asked, idempotencyKey: "key" } as ConversationCommand;
  deepFreeze([command, by, [...rows.conversations.values()], [...credit.wallets.values()]]);
  const once = () => {
    let ids = 0;
    const context = { principal: by, nowMs: NOW + after * 1000, operationId: "operation", derive: String };
    return decideConversation(rows, credit, command, { ...context, newId: () => `new-${++ids}` }, terms);
  };
  const verdict = once();
  deepFreeze(verdict);
  // Pure: nothing has changed, and the same is decided again.
  expect(stateOf(rows)).toEqual(stateOf(given()));
  expect(once()).toEqual(verdict);
  if (verdict.ok) for (const change of verdict.changes.conversations) rows.apply(change, "operation");
  return { verdict, rows };
}

/** Each conversation as text. */
function stateOf(rows: ConversationRows): Record<string, string> {
  const state: Record<string, string> = {};
  for (const { id, lastSeq, version, answer, waiting } of rows.conversations.values()) {
    const lease = answer === undefined ? 0 : (answer.leaseUntilMs - NOW) / 1000;
    state[id] = [
      `seq ${lastSeq}, version ${version}`,
      ...(answer === undefined
        ? []
        : [`${answer.id} at ${answer.seq} until ${lease}${answer.paid ? ", paid" : ""}`]),
      ...(waiting === undefined ? [] : [`waits for ${waiting.walletId ?? "nobody"}`]),
    ].join("; ");
  }
  return state;
}

interface Expected extends Situation {
  readonly answer: object;
  /** What became of conversations: only those that changed. */
  readonly state?: Readonly<Record<string, string>>;
  /** Messages that were written, and what was said: the place, what it says, and what became of it. */
  readonly written?: readonly string[];
  /** What moves on the purse: its balance, what is held. */
  readonly moved?: readonly [balance: bigint, held: bigint];
}

/** The case of a success: what it answers, and every row it changes. */
export function accepts(name: string, asked: Asked, expected: Expected): void {
  test(name, () => {
    const { answer, state = {}, written = [], moved } = expected;
    const { verdict, rows } = decide(asked, expected);
    expect(verdict).toMatchObject({ ok: true, data: { operationId: "operation", ...answer } });
    expect(stateOf(rows)).toEqual({ ...stateOf(given()), ...state });
    const messages = rows.appended.map(({ seq, message, status, error }) => {
      return `${seq} ${message.role} ${wordsOf(message)}: ${status}${error === undefined ? "" : `, ${error}`}`;
    });
    const said = rows.said.map(({ seq, steps, status, error }) => {
      const words = steps.map((step) => ("append" in step ? step.append : step.part.type)).join("");
      return `${seq} says ${words}: ${status ?? "streaming"}${error === undefined ? "" : `, ${error}`}`;
    });
    const ends = rows.settled.map(
      (one) => `${one.seq} has said ${wordsOf({ ...NOBODY, parts: [...one.parts] })}`,
    );
    expect([...messages, ...said, ...ends]).toEqual(written);
    const moves = verdict.ok ? (verdict.changes.wallets ?? []) : [];
    const [move] = moves.filter(({ type }) => type === "move");
    expect(move?.type === "move" ? [move.amount, move.heldChange] : undefined).toEqual(moved);
  });
}

const NOBODY: Message = { id: "nobody", role: "assistant", parts: [] };

/** The case of a refusal: its code and details to the letter, and no row changed. */
export function refuses(
  name: string,
  asked: Asked,
  [code, details]: readonly [code: string, details: object],
  situation: Situation = {},
): void {
  test(`refuses ${name}`, () => {
    const { verdict, rows } = decide(asked, situation);
    expect(verdict).toEqual({ ok: false, code, details });
    expect(stateOf(rows)).toEqual(stateOf(given()));
  });
}
