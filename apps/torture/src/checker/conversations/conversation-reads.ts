import { isDeepStrictEqual } from "node:util";
import { type Attempt, codeOf, dataOf, repliedAtMs } from "../attempts.ts";
import type { Case } from "../case.ts";
import type { Clock } from "../clock.ts";
import { linesOf, rowLine } from "../evidence.ts";
import type { Moments } from "../moments.ts";
import { textIn } from "../steps.ts";
import type { Findings } from "../violation.ts";
import type { SeenMessage, State, Transcript } from "./transcript.ts";

type Data = Readonly<Record<string, unknown>>;

const PREVIEW = 120;
const PAGE = 50;

/** I9 for reads of conversations: each shows a state that was written, no older than what was known before. */
export class ConversationReads {
  readonly #one: Case;
  readonly #transcripts: ReadonlyMap<string, Transcript>;
  readonly #moments: Moments;
  readonly #clock: Clock;
  readonly #findings: Findings;

  constructor(
    one: Case,
    transcripts: ReadonlyMap<string, Transcript>,
    moments: Moments,
    clock: Clock,
    findings: Findings,
  ) {
    this.#one = one;
    this.#transcripts = transcripts;
    this.#moments = moments;
    this.#clock = clock;
    this.#findings = findings;
  }

  check(): void {
    for (const attempt of this.#one.attempts)
      if (attempt.isQuery && attempt.sent.procedure.startsWith("conversations.")) this.#check(attempt);
  }

  #check(attempt: Attempt): void {
    const { procedure, input } = attempt.sent;
    if (procedure === "conversations.list") {
      if (attempt.meaning === "success") this.#list(attempt, dataOf(attempt));
      return;
    }
    const id = textIn(input, "conversationId")?.toLowerCase() ?? "";
    const transcript = this.#transcripts.get(id);
    if (attempt.meaning !== "success") this.#missing(attempt, transcript);
    else if (transcript === undefined) {
      if (!this.#one.threads.has(id)) this.#wrong(attempt, "I9", "a read of what nobody wrote", id);
    } else if (!this.#maySee(attempt, transcript))
      this.#wrong(attempt, "I10", "another's conversation was shown", id, transcript);
    else if (!transcript.thread.sound) return;
    else if (procedure === "conversations.get") this.#view(attempt, transcript, dataOf(attempt));
    else this.#page(attempt, transcript);
  }

  #maySee({ sent: { caller } }: Attempt, { ownerId }: Transcript): boolean {
    return caller.role !== "user" || caller.subject === ownerId;
  }

  #missing(attempt: Attempt, transcript: Transcript | undefined): void {
    if (codeOf(attempt) !== "NOT_FOUND" || transcript === undefined || !this.#maySee(attempt, transcript))
      return;
    if (this.#moments.known(transcript.id, attempt.sent.atMs) < 0) return;
    this.#wrong(attempt, "I9", "told as missing what somebody had been told of", transcript.id, transcript);
  }

  #list(attempt: Attempt, data: Data): void {
    const { input, caller, atMs } = attempt.sent;
    const shown = (data["conversations"] ?? []) as Data[];
    for (const summary of shown) {
      const id = `${summary["conversationId"]}`;
      const transcript = this.#transcripts.get(id);
      // Another tenant's is a leak; those are looked for in every reply.
      if (transcript === undefined) {
        if (!this.#one.threads.has(id)) this.#wrong(attempt, "I9", "a read of what nobody wrote", id);
      } else if (!this.#maySee(attempt, transcript))
        this.#wrong(attempt, "I10", "another's conversation was shown", id, transcript);
      else if (transcript.thread.sound) this.#summary(attempt, transcript, summary, previewOf);
    }
    if (shown.length >= Number(input["limit"] ?? PAGE) || input["before"] !== undefined) return;
    const ids = new Set(shown.map(({ conversationId }) => conversationId));
    for (const transcript of this.#transcripts.values()) {
      const isMine = caller.role !== "user" || transcript.ownerId === caller.subject;
      if (isMine && !ids.has(transcript.id) && this.#moments.known(transcript.id, atMs) >= 0)
        this.#wrong(
          attempt,
          "I9",
          "a list without what somebody had been told of",
          transcript.id,
          transcript,
        );
    }
  }

  /** What a list and a single conversation have in common; its state, when the version is one that can be looked into. */
  #summary(
    attempt: Attempt,
    transcript: Transcript,
    data: Data,
    preview?: (transcript: Transcript, state: State) => string | null,
  ): State | undefined {
    const { id, ownerId, title, thread } = transcript;
    const version = Number(data["version"]);
    const detail = `conversation ${id}: version ${data["version"]}`;
    const known = this.#moments.known(id, attempt.sent.atMs);
    const state = transcript.stateAt(version);
    if (version < known)
      this.#wrong(attempt, "I9", "a stale read", `${detail}, and ${known} was known before`, transcript);
    else if (version > this.#moments.latest(id, repliedAtMs(attempt)))
      this.#wrong(attempt, "I9", "a read of what nobody had asked for yet", detail, transcript);
    else if (state === undefined)
      this.#wrong(attempt, "I8", "a read of half an operation", detail, transcript);
    else {
      const fits =
        data["lastSeq"] === `${state.lastSeq}` &&
        data["ownerId"] === ownerId &&
        data["title"] === title &&
        data["createdAt"] === thread.row?.createdAt &&
        (preview === undefined || data["preview"] === preview(transcript, state)) &&
        this.#isAnswering(attempt, state, data["answering"] === true);
      if (fits) return state;
      this.#wrong(attempt, "I9", "a read of what nobody wrote", detail, transcript);
    }
    return undefined;
  }

  /** An answer counts as under way until its lease ends, by the clock that the read looked at. */
  #isAnswering(attempt: Attempt, { answer }: State, shown: boolean): boolean {
    if (answer === undefined) return !shown;
    const [from, to] = [this.#clock.earliest(attempt.sent.atMs), this.#clock.latest(repliedAtMs(attempt))];
    // The clock in whole milliseconds is up to one behind.
    return shown ? answer.leaseUntilMs > from : answer.leaseUntilMs <= to + 1;
  }

  #view(attempt: Attempt, transcript: Transcript, data: Data): void {
    const state = this.#summary(attempt, transcript, data);
    if (state === undefined) return;
    const isAnswering = data["answering"] === true;
    const limit = Number(attempt.sent.input["limit"] ?? PAGE);
    const seqs = range(Math.max(1, state.lastSeq - limit + 1), state.lastSeq);
    const fits =
      data["conversationId"] === transcript.id &&
      data["answerId"] === (isAnswering ? state.answer?.id : null) &&
      data["waiting"] === (state.waiting !== undefined) &&
      showsMessages(data["messages"], seqs, transcript, state, isAnswering);
    if (fits) return;
    const detail = `conversation ${transcript.id} at version ${state.version}`;
    this.#wrong(attempt, "I9", "a read of what nobody wrote", detail, transcript);
  }

  /** A page tells no version: it must be that of some one that the conversation can have had. */
  #page(attempt: Attempt, transcript: Transcript): void {
    const { procedure, input, atMs } = attempt.sent;
    const known = this.#moments.known(transcript.id, atMs);
    const latest = this.#moments.latest(transcript.id, repliedAtMs(attempt));
    const shows = procedure === "conversations.exportJson" ? showsAll : showsPage;
    const fits = (state: State): boolean =>
      [true, false].some(
        (isAnswering) =>
          this.#isAnswering(attempt, state, isAnswering) &&
          shows(dataOf(attempt), input, transcript, state, isAnswering),
      );
    if (transcript.statesBetween(Math.max(0, known), latest).some(fits)) return;
    const ever = transcript.states.some(({ state }) => fits(state));
    const rule = ever ? "a stale read" : "a read of what nobody wrote";
    this.#wrong(
      attempt,
      "I9",
      rule,
      `conversation ${transcript.id} between ${known} and ${latest}`,
      transcript,
    );
  }

  #wrong(
    attempt: Attempt,
    invariant: "I8" | "I9" | "I10",
    rule: string,
    detail: string,
    transcript?: Transcript,
  ): void {
    const version = Number(dataOf(attempt)["version"] ?? 0);
    const versions = transcript?.thread.versions ?? [];
    this.#findings.add(invariant, rule, detail, () => [
      ...linesOf([attempt]),
      ...versions.slice(Math.max(0, version - 2), version + 1).map((row) => rowLine("versions", row)),
    ]);
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/** The beginning of the last message's first text. Of an answer nothing is written in its row until it ends. */
function previewOf(transcript: Transcript, { lastSeq, version }: State): string | null {
  const last = transcript.messageAt(lastSeq, version);
  if (last === undefined || last.status === "streaming") return null;
  const texts = (last.message.parts as readonly Data[]).map(({ text }) => text);
  const first = texts.find((text): text is string => typeof text === "string" && text !== "");
  return first?.slice(0, PREVIEW) ?? null;
}

function showsMessages(
  shown: unknown,
  seqs: readonly number[],
  transcript: Transcript,
  { version }: State,
  isAnswering: boolean,
): boolean {
  return (
    Array.isArray(shown) &&
    shown.length === seqs.length &&
    seqs.every((seq, at) => {
      const message = transcript.messageAt(seq, version);
      return message !== undefined && isDeepStrictEqual(shown[at], viewOf(message, isAnswering));
    })
  );
}

/** Nobody goes on with an answer whose lease has run out. */
function viewOf({ row, message, status, error, createdAt }: SeenMessage, isAnswering: boolean): Data {
  const isAbandoned = status === "streaming" && !isAnswering;
  const why = isAbandoned ? "interrupted" : error;
  return {
    seq: `${row.seq}`,
    message,
    status: isAbandoned ? "failed" : status,
    ...(why === null ? {} : { error: why }),
    createdAt,
  };
}

type Shows = (data: Data, input: Data, transcript: Transcript, state: State, isAnswering: boolean) => boolean;

const showsPage: Shows = (data, input, transcript, state, isAnswering) => {
  const limit = Number(input["limit"] ?? PAGE);
  const [before, after] = [textIn(input, "before"), textIn(input, "after")];
  const isForward = after !== undefined;
  const first = isForward ? Number(after) + 1 : 1;
  const last = Math.min(state.lastSeq, before === undefined ? state.lastSeq : Number(before) - 1);
  const seqs = isForward
    ? range(first, Math.min(last, first + limit - 1))
    : range(Math.max(1, last - limit + 1), last);
  const end = isForward ? seqs.at(-1) : seqs[0];
  const goesOn = seqs.length === limit && end !== undefined && (isForward || end > 1);
  return (
    data["next"] === (goesOn ? `${end}` : null) &&
    showsMessages(data["messages"], seqs, transcript, state, isAnswering)
  );
};

/** An answer that has said nothing is left out: it is no message that could be moved in again. */
const showsAll: Shows = (data, _input, transcript, { lastSeq, version }) => {
  const shown = data as unknown as readonly unknown[];
  const messages = range(1, lastSeq)
    .map((seq) => transcript.messageAt(seq, version)?.message)
    .filter((message) => message === undefined || message.parts.length > 0);
  return (
    shown.length === messages.length && messages.every((message, at) => isDeepStrictEqual(shown[at], message))
  );
};
