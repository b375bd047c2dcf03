import { describe } from "vitest";
import { type Asked, accepts, at, refuses, TERMS } from "../testing/conversation-cases.ts";
import { text } from "../testing/conversations.ts";
import { bob, shop } from "../testing/factories.ts";
import { hashParts, type Message } from "./message.ts";

type Of<K extends string> = Omit<Extract<Asked, { kind: `conversations.${K}` }>, "kind">;
const append = (conversationId: string, messages: Message[], expectedSeq?: bigint): Asked => ({
  ...{ kind: "conversations.append", conversationId, messages },
  ...(expectedSeq === undefined ? {} : { expectedSeq }),
});
const send = (conversationId: string, more: Partial<Of<"send">> = {}): Asked => {
  return { kind: "conversations.send", conversationId, message: text("and?", "new"), ...more };
};
const answer = (conversationId: string, walletId?: string): Asked => ({
  ...{ kind: "conversations.answer", conversationId },
  ...(walletId === undefined ? {} : { walletId }),
});
const save = (answerId: string, more: Partial<Of<"save">> = {}, conversationId = "busy"): Asked => {
  const steps = [{ at: 0, append: "be it" }];
  return { kind: "conversations.save", conversationId, answerId, steps, ...more };
};
const settle = (answerId: string, more: Partial<Of<"settle">> = {}, conversationId = "busy"): Asked => {
  return { kind: "conversations.settle", conversationId, answerId, status: "complete", ...more };
};
const stop = (answerId: string, conversationId = "busy"): Asked => {
  return { kind: "conversations.stop", conversationId, answerId };
};
const abandon = (answerId: string, conversationId = "busy"): Asked => {
  return { kind: "conversations.abandon", conversationId, answerId };
};

const missing = (what: string) => ["NOT_FOUND", { what }] as const;
const ended = (answerId: string) => ["ANSWER_ENDED", { answerId }] as const;
const busy = ["ANSWER_UNDER_WAY", { answerId: "saying", seq: "2" }] as const;
const forService = ["FORBIDDEN", { needs: "service" }] as const;
const badRequest = (path: string, message: string) =>
  ["BAD_REQUEST", { issues: [{ path, message }] }] as const;
const hello: Message = { ...text("hello", "hello"), metadata: { from: "the test" } };
const said = (words: string) => hashParts([{ type: "text", text: words }]);

describe("create", () => {
  const state = { "new-1": "seq 0, version 0" };
  accepts(
    "a conversation of one's own",
    { kind: "conversations.create", title: "Trip" },
    {
      answer: { conversationId: "new-1", ownerId: "ada", title: "Trip", lastSeq: "0", version: "0" },
      state,
    },
  );
  accepts(
    "somebody's, by a service",
    { kind: "conversations.create", ownerId: "cara" },
    { by: shop, answer: { ownerId: "cara", title: null }, state },
  );
  refuses("to begin one for another", { kind: "conversations.create", ownerId: "bob" }, forService);
  accepts(
    "from an array, where a message without an id is named after its place",
    {
      kind: "conversations.importJson",
      messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }, text("there", "x", "assistant")],
    },
    {
      answer: { conversationId: "new-1", lastSeq: "2", version: "2" },
      state: { "new-1": "seq 2, version 2" },
      written: ["1 user hi: complete", "2 assistant there: complete"],
    },
  );
  refuses(
    "an array with an id twice",
    { kind: "conversations.importJson", messages: [text("a", "x"), text("b", "x")] },
    badRequest("messages.1.id", "occurs twice"),
  );
});

describe("append", () => {
  accepts("gives messages the next places", append("quiet", [text("a", "a"), text("b", "b")]), {
    answer: {
      ...{ version: "7", lastSeq: "5" },
      messages: [
        { messageId: "a", seq: "4" },
        { messageId: "b", seq: "5" },
      ],
    },
    state: { quiet: "seq 5, version 7" },
    written: ["4 user a: complete", "5 user b: complete"],
  });
  accepts("leaves what is there, whatever the order of its fields", append("quiet", [reordered(hello)]), {
    answer: { version: "5", lastSeq: "3", messages: [{ messageId: "hello", seq: "2", alreadyThere: true }] },
  });
  accepts("writes what is new among it", append("quiet", [hello, text("a", "a")], 3n), {
    answer: { version: "6", messages: [{ alreadyThere: true }, { messageId: "a", seq: "4" }] },
    state: { quiet: "seq 4, version 6" },
    written: ["4 user a: complete"],
  });
  accepts("minds no seq when nothing is new", append("quiet", [hello], 1n), { answer: { lastSeq: "3" } });
  accepts("goes on while an answer does", append("busy", [text("a", "a")]), {
    answer: { version: "4", messages: [{ seq: "3" }] },
    state: { busy: "seq 3, version 4; saying at 2 until 5" },
    written: ["3 user a: complete"],
  });
  accepts("by a service, to anybody's", append("bobs", [text("a", "a")], 0n), {
    by: shop,
    answer: { lastSeq: "1" },
    state: { bobs: "seq 1, version 1" },
    written: ["1 user a: complete"],
  });
  refuses("another's conversation", append("bobs", [text("a")]), missing("conversationId"));
  refuses("a conversation that is not there", append("nowhere", [text("a")]), missing("conversationId"));
  refuses("other words under the same id", append("quiet", [text("a"), text("bye", "hello")]), [
    "MESSAGE_ID_REUSED",
    { messageId: "hello", seq: "2" },
  ]);
  refuses("the same words with other metadata", append("quiet", [{ ...hello, metadata: {} }]), [
    "MESSAGE_ID_REUSED",
    { messageId: "hello", seq: "2" },
  ]);
  refuses("the id of an answer under way", append("busy", [text("So ", "saying", "assistant")]), [
    "MESSAGE_ID_REUSED",
    { messageId: "saying", seq: "2" },
  ]);
  refuses("a seq that is past", append("quiet", [text("a")], 2n), [
    "SEQ_CONFLICT",
    { expected: "2", actual: "3" },
  ]);
  refuses("a seq that is to come", append("quiet", [text("a")], 4n), [
    "SEQ_CONFLICT",
    { expected: "4", actual: "3" },
  ]);
});

describe("send", () => {
  const opened = {
    answer: { version: "7", lastSeq: "5", answer: { answerId: "new-1", seq: "5", leaseUntil: at(10) } },
    written: ["4 user and?: complete", "5 assistant : streaming"],
  };
  accepts("opens an answer with a lease", send("quiet"), {
    ...opened,
    state: { quiet: "seq 5, version 7; new-1 at 5 until 10" },
  });
  accepts("holds what it may cost, under the answer's id", send("quiet", { walletId: "purse" }), {
    ...{
      ...opened,
      answer: {
        ...opened.answer,
        wallet: { step: "hold", holdId: "new-1", amount: "100", held: "190", expiresAt: at(60) },
      },
    },
    state: { quiet: "seq 5, version 7; new-1 at 5 until 10, paid" },
    moved: [0n, 100n],
  });
  accepts("waits while another answer is under way", send("busy", { whenBusy: "queue", walletId: "poor" }), {
    answer: { version: "4", lastSeq: "3", answer: null },
    state: { busy: "seq 3, version 4; saying at 2 until 5; waits for poor" },
    written: ["3 user and?: complete"],
  });
  accepts("opens it in place of one that waited", send("queued"), {
    answer: { version: "6", answer: { seq: "5" } },
    state: { queued: "seq 5, version 6; new-1 at 5 until 10" },
    written: ["4 user and?: complete", "5 assistant : streaming"],
  });
  accepts(
    "asks nothing when the question is there",
    send("busy", { message: text("why?", "asked"), expectedSeq: 9n }),
    { answer: { version: "3", answer: null, messages: [{ seq: "1", alreadyThere: true }] } },
  );
  refuses("while another answer is under way", send("busy"), busy);
  refuses("a seq that is past, before anything else", send("busy", { expectedSeq: 1n }), [
    "SEQ_CONFLICT",
    { expected: "1", actual: "2" },
  ]);
  refuses("other words under the same id", send("busy", { message: text("how?", "asked") }), [
    "MESSAGE_ID_REUSED",
    { messageId: "asked", seq: "1" },
  ]);
  refuses("what the wallet can't cover", send("quiet", { walletId: "poor" }), [
    "INSUFFICIENT_FUNDS",
    { available: "99", required: "100", shortfall: "1" },
  ]);
  refuses("another's wallet", send("quiet", { walletId: "bobs" }), missing("walletId"));
  refuses(
    "a wallet where answers cost nothing",
    send("quiet", { walletId: "purse" }),
    badRequest("walletId", "answers cost nothing here: leave it out"),
    { terms: { ...TERMS, pricePer1000Tokens: 0n } },
  );
  refuses("another's conversation", send("quiet"), missing("conversationId"), { by: bob });
});

describe("answer", () => {
  accepts("opens what waited, and holds what it may cost", answer("queued", "purse"), {
    by: shop,
    answer: { version: "5", answer: { answerId: "new-1", seq: "4", leaseUntil: at(10) } },
    state: { queued: "seq 4, version 5; new-1 at 4 until 10, paid" },
    written: ["4 assistant : streaming"],
    moved: [0n, 100n],
  });
  accepts("tells in the conversation what can't be paid", answer("queued", "purse"), {
    by: shop,
    terms: { ...TERMS, maxTokens: 56 },
    answer: {
      ...{ version: "5", answer: null },
      failed: { messageId: "new-1", seq: "4", error: "INSUFFICIENT_FUNDS" },
    },
    state: { queued: "seq 4, version 5" },
    written: ["4 assistant : failed, INSUFFICIENT_FUNDS"],
  });
  const nothing = missing("a message that waits for an answer");
  refuses("where nothing waits", answer("quiet"), nothing, { by: shop });
  refuses("with another wallet than was agreed", answer("queued"), nothing, { by: shop });
  refuses("while another answer is under way", answer("busy"), busy, { by: shop });
  refuses("by a user", answer("queued", "purse"), forService);
});

describe("save", () => {
  accepts("keeps what was said and renews the lease", save("saying", { tokens: 7 }), {
    by: shop,
    after: 3,
    answer: { answerId: "saying", seq: "2", status: "streaming", version: "4", leaseUntil: at(13) },
    state: { busy: "seq 2, version 4; saying at 2 until 13" },
    written: ["2 says be it: streaming"],
  });
  const paid = { by: shop, written: ["2 says be it: streaming"] };
  const state = { paid: "seq 2, version 5; dear at 2 until 10, paid; waits for purse" };
  accepts("captures what was used since", save("dear", { tokens: 12 }, "paid"), {
    ...{ ...paid, state },
    answer: { wallet: { step: "capture", captured: "24", balance: "186", held: "76" } },
    moved: [-14n, -14n],
  });
  accepts("captures nothing again", save("dear", { tokens: 5 }, "paid"), { ...paid, state, answer: {} });
  accepts("captures no more than was held", save("dear", { tokens: 51 }, "paid"), {
    ...{ ...paid, state },
    answer: { wallet: { step: "capture", status: "captured", captured: "100", remaining: "0" } },
    moved: [-90n, -90n],
  });
  accepts("goes on when the hold has expired", save("dear", { tokens: 12 }, "paid"), {
    ...{ ...paid, after: 31, answer: {} },
    state: { paid: "seq 2, version 5; dear at 2 until 41, paid; waits for purse" },
  });
  refuses("an answer that has ended", save("other"), ended("other"), { by: shop });
  refuses("where none is under way", save("saying", {}, "quiet"), ended("saying"), { by: shop });
  refuses("by a user", save("saying"), forService);
  refuses("another's conversation", save("saying"), missing("conversationId"), { by: bob });
});

describe("settle", () => {
  accepts("ends it with the rest", settle("saying", { steps: [{ at: 0, append: "there." }] }), {
    by: shop,
    answer: { status: "complete", version: "4", partsHash: said("So there.") },
    state: { busy: "seq 2, version 4" },
    written: ["2 says there.: complete", "2 has said So there."],
  });
  accepts("pays, gives back the rest, and tells what waits", settle("dear", { tokens: 12 }, "paid"), {
    by: shop,
    answer: {
      ...{ status: "complete", waiting: { walletId: "purse" }, partsHash: said("So ") },
      wallet: { step: "capture", status: "captured", captured: "24", remaining: "0", held: "0" },
    },
    state: { paid: "seq 2, version 5; waits for purse" },
    written: ["2 says : complete", "2 has said So "],
    moved: [-14n, -90n],
  });
  accepts("tells why it failed", settle("saying", { status: "failed", error: "away" }), {
    by: shop,
    answer: { status: "failed" },
    state: { busy: "seq 2, version 4" },
    written: ["2 says : failed, away", "2 has said So "],
  });
  refuses("an answer that has ended", settle("other"), ended("other"), { by: shop });
  refuses("by a user", settle("saying"), forService);
});

describe("stop", () => {
  accepts("keeps what was said", stop("saying"), {
    answer: { answerId: "saying", status: "stopped", version: "4", partsHash: said("So ") },
    state: { busy: "seq 2, version 4" },
    written: ["2 says : stopped", "2 has said So "],
  });
  accepts("gives back what was not used", stop("dear", "paid"), {
    answer: { wallet: { step: "release", captured: "10", held: "0" }, waiting: { walletId: "purse" } },
    state: { paid: "seq 2, version 5; waits for purse" },
    written: ["2 says : stopped", "2 has said So "],
    moved: [0n, -90n],
  });
  refuses("an answer that has ended", stop("other"), ended("other"));
  refuses("another's", stop("saying"), missing("conversationId"), { by: bob });
});

describe("abandon", () => {
  accepts("keeps what was said, and leaves the hold to its own end", abandon("dear", "paid"), {
    by: shop,
    answer: { status: "failed", version: "5", partsHash: said("So "), waiting: { walletId: "purse" } },
    state: { paid: "seq 2, version 5; waits for purse" },
    written: ["2 says : failed, interrupted", "2 has said So "],
  });
  refuses("an answer that has ended", abandon("other"), missing("answerId"), { by: shop });
});

function reordered({ id, role, metadata, parts }: Message): Message {
  return { parts: parts.map(({ type, ...rest }) => ({ ...rest, type })), metadata, role, id };
}
