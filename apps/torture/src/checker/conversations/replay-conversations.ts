import { isDeepStrictEqual } from "node:util";
import type { Case, Story } from "../case.ts";
import { contentOfMessage, type Input } from "../content.ts";
import { linesOf, rowLine } from "../evidence.ts";
import { groupBy } from "../group-by.ts";
import { askerOf } from "../replay.ts";
import { dataIn, type Refusal, type Step, stepOf, textIn } from "../steps.ts";
import type { Findings, Invariant } from "../violation.ts";
import { areRows, openTranscripts } from "./creation.ts";
import { type ConversationDone, leaseFrom, runConversationStep } from "./model.ts";
import type { Version } from "./thread.ts";
import type { AnswerUnderWay, Meter, State, Transcript } from "./transcript.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The lease is looked at when the row is found, and the clock is read when it is locked: in between lies a wait for a lock, and
 * who was heard of before the wait is in time.
 */
export const LEASE_SLACK_MS = 1_000;

const BEGINS = new Set(["conversations.create", "conversations.importJson"]);

/** Replays every success on conversations on the model, one at a time, and compares answers and rows. */
export function replayConversations(one: Case, findings: Findings): Map<string, Transcript> {
  const transcripts = openTranscripts(one, findings);
  const stories = [...one.operations.values()].filter(
    ({ operation: { kind, outcome } }) =>
      outcome.ok && kind.startsWith("conversations.") && !BEGINS.has(kind),
  );
  for (const [id, ofOne] of groupBy(stories, (story) => `${dataIn(story.operation)["conversationId"]}`)) {
    const transcript = transcripts.get(id);
    if (transcript === undefined) {
      findings.add("I2", "an operation on a conversation that nobody began", id, () =>
        ofOne.slice(0, 4).map(({ operation }) => rowLine("operations", operation)),
      );
      continue;
    }
    const rows = groupBy(transcript.thread.versions, ({ operationId }) => operationId);
    const replayed = new Replayed(transcript, findings);
    for (const story of inOrder(ofOne, rows)) replayed.run(story, rows.get(story.operation.id) ?? []);
  }
  return transcripts;
}

/** By version; after who made a version come those that came upon it and changed nothing. */
function inOrder(stories: readonly Story[], rows: ReadonlyMap<string, readonly Version[]>): Story[] {
  const placeOf = ({ operation }: Story) => [
    Number(dataIn(operation)["version"]),
    rows.has(operation.id) ? 0 : 1,
    operation.createdAtMs,
  ];
  return stories.toSorted((a, b) => {
    const [mine, other] = [placeOf(a), placeOf(b)];
    const at = mine.findIndex((part, index) => part !== other[index]);
    return at < 0 ? 0 : (mine[at] ?? 0) - (other[at] ?? 0);
  });
}

/** The successes on one conversation on their way through the model. */
class Replayed {
  readonly #transcript: Transcript;
  readonly #findings: Findings;

  constructor(transcript: Transcript, findings: Findings) {
    this.#transcript = transcript;
    this.#findings = findings;
  }

  run(story: Story, rows: readonly Version[]): void {
    const { operation } = story;
    const { state } = this.#transcript;
    const [step, data] = [stepOf(operation.kind, operation.input), dataIn(operation)];
    const told = this.#tell(step, story, data);
    if (this.#transcript.thread.sound) this.#judge(story, step, data, rows, told);
    this.#transcript.scenes.push({ story, version: Number(data["version"]) });
    if (rows.length === 0) return;
    // Whatever the model says, it goes on with what there is, and so tells each mistake once.
    const after = stateAfter(state, rows, data, story, told.ok ? told.waiting : state.waiting);
    this.#transcript.states.push({ state: after, story });
    for (const { message } of rows) {
      if (message === undefined) continue;
      const { messageId, seq, role, metadata, parts, generated } = message;
      const said: Input = { role, ...(metadata === null ? {} : { metadata }), parts: generated ? [] : parts };
      this.#transcript.learn(messageId, { seq: Number(seq), content: contentOfMessage(said) }, after.version);
    }
  }

  #tell(step: Step, story: Story, answer: Fields): ConversationDone | Refusal {
    const { id, ownerId, state } = this.#transcript;
    const known = (messageId: string) => this.#transcript.known(messageId, state.version);
    const saidOf = (seq: number) => this.#transcript.saidOf(seq, state.version);
    const asker = askerOf(story);
    const situation = { id, ownerId, state, known, saidOf, asker, answer };
    const told = runConversationStep(step, situation);
    const { answer: underWay } = state;
    const leaseUntilMs = (underWay?.leaseUntilMs ?? 0) + LEASE_SLACK_MS;
    if (underWay === undefined || leaseUntilMs <= asker.nowMs || step.kind === "abandon") return told;
    // Whether it was in time shows in what became of it; its money is counted by the later clock.
    const wasInTime = !told.ok || (step.kind === "send" && answer["answer"] === null);
    if (!wasInTime) return told;
    return runConversationStep(step, {
      ...situation,
      state: { ...state, answer: { ...underWay, leaseUntilMs } },
    });
  }

  #judge(
    story: Story,
    step: Step,
    data: Fields,
    rows: readonly Version[],
    told: ConversationDone | Refusal,
  ): void {
    if (!told.ok) {
      const detail = `${step.kind}: ${told.code} ${JSON.stringify(told.details)}`;
      const isForeign = told.code === "NOT_FOUND" || told.code === "FORBIDDEN";
      if (step.kind === "abandon")
        this.#report("I8", "an answer was given up before its time", story, rows, detail);
      else this.#report(isForeign ? "I2" : "I8", "executed what had to be refused", story, rows, detail);
      return;
    }
    const { wallet: paid, ...plain } = data;
    const expected: Fields = { operationId: story.operation.id, ...told.data };
    const wrong = [...new Set([...Object.keys(expected), ...Object.keys(plain)])].filter(
      (name) => !isDeepStrictEqual(expected[name], plain[name]),
    );
    if (wrong.length > 0) {
      const words = wrong.map(
        (name) => `${name} ${inWords(plain[name])} instead of ${inWords(expected[name])}`,
      );
      this.#report("I8", "the model answers differently", story, rows, words.join(", "));
    }
    const messages = rows.flatMap(({ message }) => message ?? []);
    const said = rows.flatMap((row) => row.said ?? []);
    if (!areRows(messages, told.messages) || !areRows(said, told.said)) {
      const words = `${messages.length} messages and ${said.length} more instead of ${told.messages.length} and ${told.said.length}`;
      this.#report("I8", "an operation whose rows are not what it means", story, rows, words);
    }
    const meant = told.wallet ?? {};
    const actual = (paid ?? {}) as Fields;
    const differs = Object.keys(meant).filter((name) => actual[name] !== meant[name]);
    if ((paid === undefined) !== (told.wallet === undefined) || differs.length > 0) {
      const words = `${inWords(paid)} instead of ${inWords(told.wallet)}`;
      this.#report("I6", "an answer was not paid for as it was said", story, rows, words);
    }
  }

  #report(
    invariant: Invariant,
    rule: string,
    { operation, askers }: Story,
    rows: readonly Version[],
    detail: string,
  ): void {
    this.#findings.add(invariant, rule, `${operation.kind} ${operation.id}: ${detail}`, () => [
      ...linesOf(askers),
      rowLine("operations", operation),
      ...rows.slice(0, 6).map((row) => rowLine("versions", row)),
    ]);
  }
}

const inWords = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** How a conversation stands after the rows that an operation wrote. */
function stateAfter(
  before: State,
  rows: readonly Version[],
  data: Fields,
  { operation: { createdAtMs } }: Story,
  waiting: State["waiting"],
): State {
  let { lastSeq, answer } = before;
  const paid = data["wallet"] as Fields | undefined;
  for (const { message, said } of rows) {
    if (message !== undefined) {
      lastSeq = Number(message.seq);
      if (message.generated)
        answer = {
          id: message.messageId,
          seq: lastSeq,
          leaseUntilMs: leaseFrom(createdAtMs),
          meter: paid === undefined ? undefined : openMeter(paid),
        };
    } else if (said !== undefined)
      answer = said.status === null && answer !== undefined ? renewed(answer, paid, createdAtMs) : undefined;
  }
  return { version: Number(rows.at(-1)?.version ?? before.version), lastSeq, answer, waiting };
}

function openMeter(paid: Fields): Meter {
  const expiresAtMs = Date.parse(`${paid["expiresAt"]}`);
  return { amount: BigInt(textIn(paid, "amount") ?? "0"), captured: 0n, expiresAtMs, isOpen: true };
}

function renewed(answer: AnswerUnderWay, paid: Fields | undefined, nowMs: number): AnswerUnderWay {
  const { meter } = answer;
  const captured = BigInt(textIn(paid ?? {}, "captured") ?? "0");
  const isOpen = paid?.["status"] === "partially_captured";
  return {
    ...answer,
    leaseUntilMs: leaseFrom(nowMs),
    meter: paid === undefined || meter === undefined ? meter : { ...meter, captured, isOpen },
  };
}
