import { errorReply } from "./replies.ts";
import { say, sendAndRecord, type Tamper, tamper, tellAndRecord } from "./spoil.ts";
import type { LooseFields } from "./spoilable-history.ts";
import type { TalkScenario } from "./talk-scenario.ts";

const spoilt = tamper<TalkScenario>;
const fields = (value: unknown): LooseFields => value as LooseFields;

export const tampersOfTalks: readonly Tamper<TalkScenario>[] = [
  spoilt(
    "I1 I2 I8 I9",
    "an append is acknowledged and not recorded",
    /acknowledged, and not in the database/,
    (it) => {
      it.remove(it.operation("expected"));
    },
  ),
  spoilt("I2", "a refused append writes its message", /refused, and yet it changed a conversation/, (it) => {
    const conversation = it.conversation("his");
    conversation.lastSeq += 1n;
    conversation.version += 1n;
    const operationId = it.operation("poor").id;
    const parts = [{ type: "text", text: "forged" }];
    const row = {
      ...it.message(1),
      conversationId: conversation.id,
      messageId: "forged",
      parts,
      operationId,
    };
    it.tables.messages.push({ ...row, seq: 1n, version: 1n });
  }),
  spoilt("I2", "a conversation that nobody began", /a conversation that nobody began/, (it) => {
    it.tables.conversations.push({ ...it.conversation("his"), id: "phantom" });
  }),
  spoilt("I2", "somebody writes into another's conversation", /had to be refused: .*NOT_FOUND/, (it) => {
    for (const sent of it.sent("expected")) sent.caller.subject = "mallory";
    it.operation("expected").caller = "user:mallory";
  }),
  spoilt(
    "I8",
    "a message is acknowledged and lost",
    /seqs have a gap|versions of a conversation have a gap/,
    (it) => {
      it.remove(it.message(3));
    },
  ),
  spoilt("I8 I9", "the last message is lost", /not as it was begun/, (it) => {
    it.remove(it.message(2, "old"));
    Object.assign(it.conversation("old"), { lastSeq: 1n, version: 1n });
    const heard = it.heardAtOnce(2);
    heard.events = heard.events.filter(({ topic, version }) => topic.id !== it.id("old") || version === "1");
    heard.id = heard.id.replace(/\d+$/, "1");
  }),
  spoilt("I8", "two messages have one seq", /seqs have a gap or a double/, (it) => {
    it.message(4).seq = 3n;
  }),
  spoilt("I8", "two messages have one id", /a message id has two rows/, (it) => {
    it.message(4).messageId = it.message(3).messageId;
  }),
  spoilt("I8", "a later seq has an earlier version", /order of seqs is not that of versions/, (it) => {
    const [three, four] = [it.message(3), it.message(4)];
    [three.version, four.version] = [four.version, three.version];
  }),
  spoilt("I8", "a version is left out", /versions of a conversation have a gap/, (it) => {
    it.said("say-4").version += 5n;
  }),
  spoilt("I8", "a conversation counts a message too many", /not the sum of its rows/, (it) => {
    it.conversation().lastSeq += 1n;
  }),
  spoilt("I8", "an answer is under way that has ended", /not the sum of its rows/, (it) => {
    it.conversation().answerId = it.id("answer");
  }),
  spoilt("I8 I9", "a message says something else than was sent", /rows are not what it means/, (it) => {
    it.message(4).metadata = { a: 2 };
  }),
  spoilt("I8", "a conversation is another's", /not as it was begun/, (it) => {
    it.conversation("his").title = "another";
    for (const one of fields(it.told("list", 1))["conversations"] as LooseFields[]) one["title"] = null;
  }),
  spoilt("I8", "a conversation's row is lost", /begun and is not there/, (it) => {
    it.remove(it.conversation("foreign"));
  }),
  spoilt("I8", "an import names its messages differently", /not as it was begun/, (it) => {
    it.message(1, "old").messageId = "imported-2";
  }),
  spoilt("I8", "an answer is not what was said of it", /an answer is not what was said of it/, (it) => {
    it.message(6).parts = [{ type: "text", text: "Well, no." }];
  }),
  spoilt("I8 I9", "an answer has two ends", /more than one end/, (it) => {
    it.said("say-2").status = "stopped";
  }),
  spoilt("I8", "an answer ended otherwise than its row says", /another end than was said/, (it) => {
    it.message(6).status = "failed";
  }),
  spoilt("I8 I9", "something is said of a question", /of what is no answer/, (it) => {
    it.said("say-1").seq = 5n;
  }),
  spoilt("I8", "expectedSeq was not looked at", /had to be refused: .*SEQ_CONFLICT/, (it) => {
    sendAndRecord(it, "expected", { expectedSeq: "2" });
  }),
  spoilt("I8", "a message with a used id is written", /had to be refused: .*MESSAGE_ID_REUSED/, (it) => {
    const messages = [{ ...fields(it.operation("again").input["messages"] as object[]) }];
    const [one, three] = Object.values(messages[0] ?? {}) as LooseFields[];
    sendAndRecord(it, "again", { messages: [{ ...one, role: "system" }, three] });
  }),
  spoilt("I8", "a message stands where it was not told", /the model answers differently/, (it) => {
    tellAndRecord(it, "expected", (data) =>
      Object.assign((data["messages"] as LooseFields[])[0] ?? {}, { seq: "5" }),
    );
  }),
  spoilt("I8", "a message that was there is told as new", /the model answers differently/, (it) => {
    tellAndRecord(
      it,
      "again-only",
      (data) => delete (data["messages"] as LooseFields[])[0]?.["alreadyThere"],
    );
  }),
  spoilt("I2 I8 I9", "a second answer is opened", /had to be refused: .*ANSWER_UNDER_WAY/, (it) => {
    sendAndRecord(it, "queue", { whenBusy: "refuse" });
  }),
  spoilt("I8", "what waits for an answer is not told", /the model answers differently/, (it) => {
    tellAndRecord(it, "end", (data) => delete data["waiting"]);
  }),
  spoilt("I8 I9", "an answer goes on after its lease", /had to be refused: .*ANSWER_ENDED/, (it) => {
    for (const key of ["behind", "say-4", "too-late", `holdfast:abandon:${it.id("left")}`])
      it.operation(key).createdAtMs += 5_000;
  }),
  spoilt("I8", "an answer is given up before its lease has ended", /given up before its time/, (it) => {
    const key = `holdfast:abandon:${it.id("left")}`;
    it.operation(key).createdAtMs = it.operation("say-4").createdAtMs + 1;
  }),
  spoilt("I8", "a conflict is told that was none", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "conflict", (details) => Object.assign(details, { actual: "99" }));
  }),
  spoilt("I8", "a message id is refused that was free", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "reused", (details) => Object.assign(details, { seq: "2" }));
  }),
  spoilt("I8", "an answer is said to be under way that is not", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "busy", (details) => Object.assign(details, { answerId: it.id("next") }));
  }),
  spoilt("I8", "an answer is said to have ended that goes on", /a refusal that was never true/, (it) => {
    sendAndRecord(it, "late", { answerId: it.id("other") });
    tellAndRecord(it, "late", (details) => Object.assign(details, { answerId: it.id("answer") }));
  }),
  spoilt("I9", "a conflict is told before it was one", /a refusal that was not true at its time/, (it) => {
    for (const key of ["first", "conflict"])
      it.operation(key).createdAtMs = it.operation("first").createdAtMs;
    it.operation("again").createdAtMs += 1;
    it.operation("expected").createdAtMs += 1;
  }),
  spoilt("I5 I6", "tokens are paid for twice", /an answer was not paid for as it was said/, (it) => {
    tellAndRecord(it, "say-2", (data) => Object.assign(fields(data["wallet"]), { captured: "14" }));
    tellAndRecord(it, "say-2", (data) => Object.assign(fields(data["wallet"]), { remaining: "26" }));
  }),
  spoilt("I6", "a stopped answer keeps its hold", /an answer was not paid for as it was said/, (it) => {
    sendAndRecord(it, "say-3", { tokens: 3 });
  }),
  spoilt("I8", "a read shows a version that is half of an append", /a read of half an operation/, (it) => {
    // At the same time as the append whose first message it shows.
    const [sent, first] = [it.sent("get")[0], it.sent("first")[0]];
    if (sent !== undefined && first !== undefined) sent.atMs = first.atMs;
    it.replied("get").atMs = it.replied("first").atMs - 0.001;
    it.told("get")["version"] = "1";
  }),
  spoilt("I9", "a conversation is read as it was before", /a stale read/, (it) => {
    it.told("get")["version"] = "2";
  }),
  spoilt("I9", "a conversation is read as nobody had asked for yet", /nobody had asked for yet/, (it) => {
    it.told("get")["version"] = "9";
  }),
  spoilt("I9", "a read leaves a message out", /a read of what nobody wrote/, (it) => {
    (it.told("get")["messages"] as unknown[]).splice(1, 1);
  }),
  spoilt("I9", "a read shows an answer without what was said", /a read of what nobody wrote/, (it) => {
    const last = (it.told("get", 2)["messages"] as LooseFields[]).find(
      ({ status }) => status === "streaming",
    );
    fields(last?.["message"])["parts"] = [];
  }),
  spoilt(
    "I9",
    "a read shows an answer as interrupted that is under way",
    /a read of what nobody wrote/,
    (it) => {
      Object.assign(it.told("get", 2), { answering: false, answerId: null });
    },
  ),
  spoilt("I9", "a page ends early", /a read of what nobody wrote/, (it) => {
    it.told("messages")["next"] = null;
  }),
  spoilt("I9", "an export is of an earlier time", /a stale read|a read of what nobody wrote/, (it) => {
    (it.told("exportJson", 1) as unknown as unknown[]).pop();
  }),
  spoilt("I9", "a list leaves a conversation out", /a list without/, (it) => {
    (it.told("list")["conversations"] as unknown[]).pop();
  }),
  spoilt("I9", "a list shows another preview", /a read of what nobody wrote/, (it) => {
    for (const one of it.told("list")["conversations"] as LooseFields[]) one["preview"] = "Well, ";
  }),
  spoilt("I9", "a conversation is told as missing", /told as missing/, (it) => {
    it.replied("messages").reply = errorReply("NOT_FOUND", 404, { what: "conversationId" });
  }),
  spoilt("I9", "an append is told that the conversation is missing", /told as missing/, (it) => {
    for (const sent of it.sent("theft")) sent.caller = { tenantId: 1, subject: "shop", role: "service" };
  }),
  spoilt("I9", "a later version is earlier by the clock", /not that of the database's clock/, (it) => {
    it.operation("again").createdAtMs = it.operation("first").createdAtMs - 1;
  }),
  spoilt("I10", "another's conversation is shown", /another's conversation was shown/, (it) => {
    for (const sent of it.sent("messages")) sent.caller.subject = "mallory";
  }),
  spoilt("I10", "a list tells what another has written", /a reply tells another user's id/, (it) => {
    it.told("list", 1)["news"] = "somebody wrote canary-11 and so on";
  }),
  spoilt("I10", "an error tells a message's id", /an error tells another user's id/, (it) => {
    say(it, "theft", it.message(1).messageId);
  }),
  spoilt("I10", "another tenant's words are told", /another tenant's id/, (it) => {
    it.told("list")["news"] = "canary-18";
  }),
  spoilt("I8", "a watcher is told of a version again", /told of a version again/, (it) => {
    const heard = it.heardAtOnce(2);
    const [first] = heard.events;
    if (first !== undefined) heard.events = [first, ...heard.events];
  }),
  spoilt("I8", "a watcher is not told of a version", /was not told of a version/, (it) => {
    const heard = it.heardAtOnce(2);
    heard.events = heard.events.filter(({ topic, version }) => topic.id !== it.id("hers") || version !== "2");
  }),
  spoilt("I8", "a watcher hears in another order", /was not told of a version/, (it) => {
    const heard = it.heardAtOnce(2);
    heard.events = heard.events.toReversed();
  }),
  spoilt("I8", "a watcher is told of other words", /told of something else/, (it) => {
    const said = it.heardAtOnce(2).events.find(({ data }) => fields(data)["kind"] === "said");
    fields(said?.data)["steps"] = [];
  }),
  spoilt("I8", "a watcher is told of an answer as it has become", /told of something else/, (it) => {
    const begun = it
      .heardAtOnce(2)
      .events.find(
        ({ data }) => fields(data)["status"] === "streaming" && fields(data)["kind"] === "message",
      );
    fields(begun?.data)["status"] = "complete";
  }),
  spoilt("I8", "a watcher is told to read anew", /told to read anew/, (it) => {
    const heard = it.heardAtOnce(2);
    const of = heard.events.filter(({ topic }) => topic.id === it.id("hers"));
    const rest = heard.events.filter(({ topic }) => topic.id !== it.id("hers"));
    const { topic, version } = of.at(-1) ?? { topic: { kind: "", id: "" }, version: "" };
    heard.events = [...rest, { type: "reset", topic, version }];
  }),
  spoilt("I8", "a watcher never hears of the end", /never heard of the last versions/, (it) => {
    const heard = it.heardAtOnce(1);
    heard.events = heard.events.toSpliced(-1, 1);
    heard.id = `${Number(heard.id) - 1}`;
  }),
  spoilt("I8", "a message has the id of another", /with the id of another/, (it) => {
    it.heardAtOnce(1).id = "1";
  }),
  spoilt("I9", "a watcher hears before anybody asked", /nobody had asked for yet/, (it) => {
    it.heardAtOnce(2).atMs = it.sent("first")[0]?.atMs ?? 0;
  }),
  spoilt("I9", "a watcher hears that its conversation is missing", /told as missing/, (it) => {
    const left = it.events.find((event) => event.type === "left" && event.watcher === 1);
    Object.assign(left ?? {}, { reason: "ended", code: "NOT_FOUND" });
  }),
  spoilt("I10", "a stranger is told", /told of what it may not see/, (it) => {
    for (const event of it.events)
      if (event.type === "watching" && event.watcher === 1)
        Object.assign(event.caller, { subject: "mallory" });
  }),
];
