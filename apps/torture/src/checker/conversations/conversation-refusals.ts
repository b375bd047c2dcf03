import { type Attempt, repliedAtMs, wasTold } from "../attempts.ts";
import type { Case, Story } from "../case.ts";
import { countWhile } from "../count-while.ts";
import { linesOf, rowLine } from "../evidence.ts";
import type { Asker } from "../model.ts";
import type { Moments } from "../moments.ts";
import { sameRefusal } from "../refused.ts";
import { askerOf } from "../replay.ts";
import { type Refusal, resultOf, type Step, stepOf, textIn } from "../steps.ts";
import type { Findings, Invariant } from "../violation.ts";
import { runConversationStep } from "./model.ts";
import { LEASE_SLACK_MS } from "./replay-conversations.ts";
import type { State, Transcript } from "./transcript.ts";

/** A refusal on a conversation, and what it was an answer to. */
interface Question {
  readonly step: Step;
  readonly refusal: Refusal;
  readonly asker: Asker;
  /** By the clients' clock: asked not before, decided not after. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly attempts: readonly Attempt[];
  readonly story: Story | undefined;
}

/** To show that a refusal was never right takes a look at every state of its conversation; enough is enough. */
const MAX_WRONG = 50;
/** What the wallet is the reason of: of the conversation it says that it had nothing against an answer. */
const OF_WALLETS = new Set(["INSUFFICIENT_FUNDS"]);
const MISSING: Refusal = { ok: false, code: "NOT_FOUND", details: { what: "conversationId" } };
/** What is told and not recorded, and says something of conversations. */
const STATELESS = new Set(["NOT_FOUND", "FORBIDDEN"]);
const BEGINS = new Set(["conversations.create", "conversations.importJson"]);

/**
 * Every refusal on a conversation must have been right when it was decided: under its lock, between two of its versions, by the
 * database's clock.
 */
export function checkConversationRefusals(
  one: Case,
  transcripts: ReadonlyMap<string, Transcript>,
  moments: Moments,
  findings: Findings,
): void {
  const judge = new Judge(transcripts, moments, findings);
  let wrong = 0;
  for (const question of [...recorded(one), ...unrecorded(one)]) {
    if (!judge.judge(question)) wrong++;
    if (wrong === MAX_WRONG) return;
  }
}

function* recorded(one: Case): Generator<Question> {
  for (const story of one.operations.values()) {
    const { operation, askers } = story;
    const { kind, input, outcome } = operation;
    if (outcome.ok || askers.length === 0 || !kind.startsWith("conversations.")) continue;
    yield {
      ...{ step: stepOf(kind, input), refusal: resultOf(outcome) as Refusal, asker: askerOf(story) },
      ...{ fromMs: story.firstSentMs, toMs: story.toldMs, attempts: askers, story },
    };
  }
}

function* unrecorded(one: Case): Generator<Question> {
  for (const attempt of one.attempts) {
    const { sent, replied } = attempt;
    const { procedure, input, caller, atMs: fromMs } = sent;
    if (wasTold(attempt) || attempt.isQuery || replied?.reply.kind !== "error") continue;
    // Decided anew after it was told: reported by its key.
    if (one.storiesByKey.get(attempt.key ?? "")?.some(({ toldMs }) => toldMs < fromMs)) continue;
    const { code, details } = replied.reply;
    if (!STATELESS.has(code) || !procedure.startsWith("conversations.")) continue;
    // A wallet that is not there is for the wallets to judge.
    if ((details as { what?: unknown } | undefined)?.what === "walletId") continue;
    yield {
      step: stepOf(procedure, input),
      refusal: { ok: false, code, details },
      asker: { ...caller, nowMs: 0 },
      ...{ fromMs, toMs: repliedAtMs(attempt), attempts: [attempt], story: undefined },
    };
  }
}

class Judge {
  readonly #transcripts: ReadonlyMap<string, Transcript>;
  readonly #moments: Moments;
  readonly #findings: Findings;

  constructor(transcripts: ReadonlyMap<string, Transcript>, moments: Moments, findings: Findings) {
    this.#transcripts = transcripts;
    this.#moments = moments;
    this.#findings = findings;
  }

  judge(question: Question): boolean {
    const { step, refusal, asker, attempts } = question;
    if (BEGINS.has(attempts[0]?.sent.procedure ?? "")) {
      const ownerId = textIn(step, "ownerId") ?? asker.subject;
      const isRight = refusal.code === "FORBIDDEN" && asker.role === "user" && ownerId !== asker.subject;
      if (!isRight) this.#report("I8", "a refusal that was never true", question, undefined);
      return isRight;
    }
    const transcript = this.#transcripts.get(textIn(step, "conversationId")?.toLowerCase() ?? "");
    if (transcript === undefined) {
      const isRight = sameRefusal(refusal, MISSING);
      if (!isRight) this.#report("I8", "a refusal that was never true", question, undefined);
      return isRight;
    }
    if (!transcript.thread.sound) return true;
    return this.#judgeByStates(question, transcript);
  }

  #judgeByStates(question: Question, transcript: Transcript): boolean {
    const { story, fromMs, toMs } = question;
    const [known, latest] = [
      this.#moments.known(transcript.id, fromMs),
      this.#moments.latest(transcript.id, toMs),
    ];
    const { asker, refusal } = question;
    const isMissing = sameRefusal(refusal, MISSING);
    if (isMissing && (asker.role !== "user" || asker.subject === transcript.ownerId)) {
      if (known < 0) return true;
      this.#report("I9", "told as missing what somebody had been told of", question, transcript);
      return false;
    }
    const atTheTime = story === undefined ? transcript.states : statesAt(transcript, question.asker.nowMs);
    const right = atTheTime.filter(({ state }) => isRightAt(question, transcript, state));
    if (right.some(({ state: { version } }) => version >= known && version <= latest)) return true;
    const ever = transcript.states.find(({ state }) => isRightAt(question, transcript, state));
    if (ever === undefined) this.#report("I8", "a refusal that was never true", question, transcript);
    else {
      const when = `only at version ${ever.state.version}, and it was between ${known} and ${latest}`;
      this.#report("I9", "a refusal that was not true at its time", question, transcript, when);
    }
    return false;
  }

  #report(
    invariant: Invariant,
    rule: string,
    { step, refusal, attempts, story }: Question,
    transcript: Transcript | undefined,
    when = "",
  ): void {
    const name = story === undefined ? `attempt ${attempts[0]?.sent.attempt}` : story.operation.id;
    const words = `${step.kind} ${name}: ${refusal.code} ${JSON.stringify(refusal.details)} ${when}`;
    const atMs = story?.operation.createdAtMs ?? 0;
    const before = (transcript?.states ?? []).filter((one) => one.story.operation.createdAtMs <= atMs);
    this.#findings.add(invariant, rule, words.trim(), () => [
      ...linesOf(attempts),
      ...(story === undefined ? [] : [rowLine("operations", story.operation)]),
      ...before.slice(-4).map((one) => rowLine("operations", one.story.operation)),
    ]);
  }
}

/** Those that the conversation can have had at a time of the database's clock. */
function statesAt({ states }: Transcript, nowMs: number): Transcript["states"] {
  const timeAt = (at: number) => states[at]?.story.operation.createdAtMs ?? 0;
  const first = countWhile(states.length, (at) => timeAt(at) < nowMs);
  const last = countWhile(states.length, (at) => timeAt(at) <= nowMs);
  return states.slice(Math.max(0, first - 1), last);
}

/** Whether the model comes to the same refusal; a lease may have ended while the lock was waited for. */
function isRightAt({ step, refusal, asker }: Question, transcript: Transcript, state: State): boolean {
  const { id, ownerId } = transcript;
  const known = (messageId: string) => transcript.known(messageId, state.version);
  const saidOf = (seq: number) => transcript.saidOf(seq, state.version);
  return [asker.nowMs, asker.nowMs - LEASE_SLACK_MS].some((nowMs) => {
    const situation = { id, ownerId, state, known, saidOf, asker: { ...asker, nowMs }, answer: {} };
    const told = runConversationStep(step, situation);
    return told.ok ? OF_WALLETS.has(refusal.code) && told.wallet !== undefined : sameRefusal(told, refusal);
  });
}
