import fc from "fast-check";
import type { ConversationCommand } from "../conversations/decide.ts";
import type { Message } from "../conversations/message.ts";
import type { Step } from "../conversations/steps.ts";
import type { Principal } from "../principal.ts";
import type { ConversationModel } from "./conversation-model.ts";
import { ada, bob, shop } from "./factories.ts";

/** What random histories of conversations are made of. */

/** [id, owner, balance] */
export const WALLETS = [
  ["adas", "ada", 90],
  ["bobs", "bob", 45],
  ["poor", "ada", 19],
] as const;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const often = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const words = fc.constantFrom("a", "b", "");
const part = fc.oneof(
  words.map((text) => ({ type: "text", text })),
  words.map((text) => ({ text, type: "text" })),
  fc.constant({ type: "tool-x", input: { one: 1, two: [null, {}] } }),
);
const message = fc.record({
  id: fc.constantFrom("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"),
  role: fc.constant("user" as const),
  metadata: fc.constantFrom(undefined, undefined, null, { of: "somebody" }),
  parts: fc.array(part, { minLength: 1, maxLength: 2 }),
});
const at = fc.nat({ max: 3 });
const step = fc.oneof(
  fc.record({ at, append: fc.constantFrom("one ", "two ") }),
  fc.record({ at, part }),
) as fc.Arbitrary<Step>;
export const action = fc.record({
  kind: fc.constantFrom(
    ...[
      "create",
      "importJson",
      "append",
      "append",
      "append",
      "send",
      "send",
      "send",
      "send",
      "answer",
      "answer",
    ],
    ...["save", "save", "save", "settle", "settle", "stop"],
  ),
  by: fc.constantFrom<Principal>(ada, ada, bob, shop, shop, shop),
  /** Whether a new transaction reads the rows, after so many milliseconds, or the one goes on that made the last changes. */
  fresh: fc.boolean(),
  waited: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
    fc.constantFrom(0, 5_000, 8_000),
  ),
  /** Of the conversations, or none. */
  conversation: often(0, fc.constantFrom(1, 2, 99)),
  owner: maybe(fc.constantFrom("ada", "bob")),
  title: maybe(fc.constant("a title")),
  messages: fc.uniqueArray(message, { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
  /** Sends the last message that is there as it is, as who keeps the whole history does. */
  sayBack: often(false, fc.constant(true)),
  sameIds: often(false, fc.constant(true)),
  /** So many more than there are. */
  expected: maybe(often(0, fc.constantFrom(-1, 1))),
  queue: fc.boolean(),
  wallet: maybe(fc.constantFrom(...WALLETS.map(([id]) => id), "nowhere")),
  right: often(true, fc.constant(false)),
  steps: fc.array(step, { maxLength: 3 }),
  tokens: maybe(fc.nat({ max: 14 })),
  status: fc.constantFrom("complete" as const, "failed" as const),
  error: maybe(fc.constant("away")),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** The command of an action on what is there. */
export function commandOf(it: Action, model: ConversationModel): ConversationCommand {
  const idempotencyKey = "key";
  const all = [...model.conversations.keys()];
  const conversationId = all[it.conversation] ?? "nowhere";
  const there = model.messages(conversationId);
  const answerId = it.right ? (model.answer(conversationId)?.id ?? "gone") : "wrong";
  const expectedSeq = it.expected === undefined ? undefined : BigInt(Math.max(0, there.length + it.expected));
  const last = there.at(-1)?.message;
  const messages: Message[] = it.sayBack && last !== undefined ? [last, ...it.messages] : it.messages;
  const [first] = it.messages;
  switch (it.kind) {
    case "create":
      return { kind: "conversations.create", idempotencyKey, title: it.title, ownerId: it.owner };
    case "importJson": {
      const imported = it.sameIds ? [...it.messages, first as Message] : it.messages;
      const texts = imported.map(({ id, ...one }) => (id === "m1" ? one : { id, ...one }));
      return { kind: "conversations.importJson", idempotencyKey, ownerId: it.owner, messages: texts };
    }
    case "append":
      return { kind: "conversations.append", idempotencyKey, conversationId, messages, expectedSeq };
    case "send": {
      const whenBusy = it.queue ? ("queue" as const) : undefined;
      const asked = {
        message: first as Message & { role: "user" },
        walletId: it.wallet,
        whenBusy,
        expectedSeq,
      };
      return { kind: "conversations.send", idempotencyKey, conversationId, ...asked };
    }
    case "answer": {
      const waiting = model.conversations.get(conversationId)?.waiting;
      const walletId = it.right && waiting !== undefined ? waiting.walletId : it.wallet;
      return { kind: "conversations.answer", idempotencyKey, conversationId, walletId };
    }
    case "save": {
      const { steps, tokens } = it;
      return { kind: "conversations.save", idempotencyKey, conversationId, answerId, steps, tokens };
    }
    case "settle": {
      const { tokens, status, error } = it;
      const steps = it.fresh ? it.steps : undefined;
      const end = { answerId, steps, tokens, status, error };
      return { kind: "conversations.settle", idempotencyKey, conversationId, ...end };
    }
    default:
      return { kind: "conversations.stop", idempotencyKey, conversationId, answerId };
  }
}
