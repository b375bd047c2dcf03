import { type Attempt, repliedAtMs, wasTold } from "../attempts.ts";
import type { Case, Story } from "../case.ts";
import type { Clock } from "../clock.ts";
import { tokenHashOf } from "../content.ts";
import { countWhile } from "../count-while.ts";
import { linesOf, rowLine } from "../evidence.ts";
import type { Asker } from "../model.ts";
import type { Moments } from "../moments.ts";
import { isSale, type Past } from "../past.ts";
import { sameRefusal } from "../refused.ts";
import { askerOf } from "../replay.ts";
import { type Refusal, resultOf, type Step, stepOf, textIn } from "../steps.ts";
import type { Findings, Invariant } from "../violation.ts";
import { runShowStep } from "./model.ts";
import type { Timeline } from "./timeline.ts";

/** A refusal on a show, and what it was an answer to. */
interface Question {
  readonly step: Step;
  readonly refusal: Refusal;
  readonly asker: Asker;
  readonly tokenHash: string | undefined;
  /** By the clients' clock: asked not before, decided not after. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly attempts: readonly Attempt[];
  readonly story: Story | undefined;
}

/** To show that a refusal was never right takes a look at every state of its show; enough is enough. */
const MAX_WRONG = 50;
/** Refusals that the buyer's wallet is the reason of: of the show they say that it had nothing against the purchase. */
const OF_WALLETS = new Set(["INSUFFICIENT_FUNDS", "BALANCE_LIMIT", "SAME_WALLET", "CURRENCY_MISMATCH"]);
/** What is told and not recorded, and says something of shows. */
const STATELESS = new Set(["NOT_FOUND", "FORBIDDEN", "BAD_REQUEST"]);

/**
 * Every refusal on seats must have been right when it was decided. When that was, the database's clock says: under the lock
 * of the show, between two of its changes.
 */
export class ShowRefusals {
  readonly #one: Case;
  readonly #timelines: ReadonlyMap<string, Timeline>;
  readonly #moments: Moments;
  readonly #clock: Clock;
  readonly #findings: Findings;

  constructor(
    one: Case,
    timelines: ReadonlyMap<string, Timeline>,
    moments: Moments,
    clock: Clock,
    findings: Findings,
  ) {
    this.#one = one;
    this.#timelines = timelines;
    this.#moments = moments;
    this.#clock = clock;
    this.#findings = findings;
  }

  check(past: Past): void {
    let wrong = 0;
    for (const question of this.#recorded()) {
      if (!this.#judgeRecorded(question)) wrong++;
      if (wrong === MAX_WRONG) return;
    }
    for (const question of this.#unrecorded()) {
      if (!this.#judgeUnrecorded(question, past)) wrong++;
      if (wrong === MAX_WRONG) return;
    }
  }

  *#recorded(): Generator<Question> {
    for (const story of this.#one.operations.values()) {
      const { operation, askers } = story;
      const { kind, input, outcome } = operation;
      if (outcome.ok || askers.length === 0 || !kind.startsWith("seats.")) continue;
      yield {
        step: stepOf(kind, input),
        refusal: resultOf(outcome) as Refusal,
        asker: askerOf(story),
        tokenHash: tokenHashOf(input),
        ...{ fromMs: story.firstSentMs, toMs: story.toldMs, attempts: askers, story },
      };
    }
  }

  *#unrecorded(): Generator<Question> {
    for (const attempt of this.#one.attempts) {
      const { sent, replied } = attempt;
      const { procedure, input, caller, atMs: fromMs } = sent;
      if (wasTold(attempt) || attempt.isQuery || replied?.reply.kind !== "error") continue;
      // Decided anew after it was told: reported by its key.
      const { storiesByKey } = this.#one;
      if (storiesByKey.get(attempt.key ?? "")?.some(({ toldMs }) => toldMs < fromMs)) continue;
      const { code, details } = replied.reply;
      if (!STATELESS.has(code) || !/^(seats|shows)\./.test(procedure)) continue;
      const { what } = (details ?? {}) as { what?: unknown };
      if (isSale(procedure) && what === "walletId") continue;
      yield {
        step: stepOf(procedure, input),
        refusal: { ok: false, code, details },
        asker: { ...caller, nowMs: 0 },
        tokenHash: tokenHashOf(input),
        ...{ fromMs, toMs: repliedAtMs(attempt), attempts: [attempt], story: undefined },
      };
    }
  }

  #timelineOf({ step, tokenHash }: Question): Timeline | undefined {
    const showId =
      textIn(step, "showId")?.toLowerCase() ??
      this.#one.reservationsByTokenHash.get(tokenHash ?? "")?.showId ??
      "";
    return this.#timelines.get(showId);
  }

  #judgeRecorded(question: Question): boolean {
    const timeline = this.#timelineOf(question);
    if (timeline === undefined) {
      this.#report("I5", "a refusal that was never true", question, undefined, "of a show that is not there");
      return false;
    }
    if (this.#one.stages.get(timeline.facts.id)?.sound === false) return true;
    const { scenes } = timeline;
    const { nowMs } = question.asker;
    const timeAt = (at: number) => scenes[at]?.story.operation.createdAtMs ?? 0;
    const first = countWhile(scenes.length, (at) => timeAt(at) < nowMs);
    const last = countWhile(scenes.length, (at) => timeAt(at) <= nowMs);
    const right = range(first, last).filter((at) => refuses(question, timeline, at));
    if (right.length > 0) return this.#wasInTime(question, timeline, right);
    // Right but for a hold that had ended: the clock was not asked.
    const early = { ...question, asker: { ...question.asker, nowMs: 0 } };
    if (range(first, last).some((at) => refuses(early, timeline, at))) {
      this.#report("I7", "refused for the sake of a hold that had ended", question, timeline);
    } else {
      const elsewhere = range(0, scenes.length).find((at) => refuses(question, timeline, at));
      if (elsewhere === undefined) this.#report("I5", "a refusal that was never true", question, timeline);
      else {
        const version = timeline.worldAt(elsewhere).version;
        const when = `only at version ${version}, and it was ${timeline.worldAt(first).version}`;
        this.#report("I9", "a refusal that was not true at its time", question, timeline, when);
      }
    }
    return false;
  }

  /** I9: nobody who asks later is told of an earlier state than others were, nor of one that nobody had asked for. */
  #wasInTime(question: Question, timeline: Timeline, right: readonly number[]): boolean {
    const { id } = timeline.facts;
    const known = this.#moments.known(id, question.fromMs);
    const latest = this.#moments.latest(id, question.toMs);
    const versions = right.map((at) => timeline.worldAt(at).version);
    if (versions.some((version) => version >= known && version <= latest)) return true;
    const when = `at version ${versions[0]}, and it was between ${known} and ${latest}`;
    this.#report("I9", "a refusal that was not true at its time", question, timeline, when);
    return false;
  }

  /** Who owns what and what there is does not change: only whether it was there yet. */
  #judgeUnrecorded(question: Question, past: Past): boolean {
    const { step, refusal, asker, fromMs, toMs, attempts } = question;
    if (attempts[0]?.sent.procedure === "shows.create") return this.#judgeCreation(question, past);
    const timeline = this.#timelineOf(question);
    const { what } = (refusal.details ?? {}) as { what?: unknown };
    if (timeline === undefined) {
      const isRight = refusal.code === "NOT_FOUND" && what === ("showId" in step ? "showId" : "token");
      if (!isRight) this.#report("I5", "a refusal that was never true", question, undefined);
      return isRight;
    }
    const wasThere = this.#moments.known(timeline.facts.id, fromMs);
    if (refusal.code === "NOT_FOUND" && what === "showId") {
      if (wasThere < 0) return true;
      this.#report("I9", "told as missing what somebody had been told of", question, timeline);
      return false;
    }
    const times = [this.#clock.earliest(fromMs), this.#clock.latest(toMs)].map((nowMs) => ({
      ...asker,
      nowMs,
    }));
    const latest = this.#moments.latest(timeline.facts.id, toMs);
    const { first, last } = timeline.scenesAt(Math.max(0, wasThere), latest);
    const isRight = (at: number) => times.some((by) => refuses({ ...question, asker: by }, timeline, at));
    if (range(first, last).some(isRight)) return true;
    const ever = range(0, timeline.scenes.length).some(isRight);
    if (ever) this.#report("I9", "told as missing what somebody had been told of", question, timeline);
    else this.#report("I5", "a refusal that was never true", question, timeline);
    return false;
  }

  #judgeCreation(question: Question, past: Past): boolean {
    const { refusal, asker, step, fromMs } = question;
    const walletId = textIn(step, "walletId")?.toLowerCase() ?? "";
    const isRight =
      refusal.code === "FORBIDDEN"
        ? asker.role === "user"
        : refusal.code === "NOT_FOUND" &&
          (!past.openings.has(walletId) || this.#moments.known(walletId, fromMs) < 0);
    if (!isRight) this.#report("I5", "a refusal that was never true", question, undefined);
    return isRight;
  }

  #report(
    invariant: Invariant,
    rule: string,
    { step, refusal, attempts, story, tokenHash }: Question,
    timeline: Timeline | undefined,
    when = "",
  ): void {
    const name = story === undefined ? `attempt ${attempts[0]?.sent.attempt}` : story.operation.id;
    const words = `${step.kind} ${name}: ${refusal.code} ${JSON.stringify(refusal.details)} ${when}`;
    const atMs = story?.operation.createdAtMs ?? 0;
    const around = (timeline?.scenes ?? []).filter(
      ({ story: { operation } }) => operation.createdAtMs <= atMs,
    );
    this.#findings.add(invariant, rule, words.trim(), () => [
      ...linesOf(attempts),
      ...(story === undefined ? [] : [rowLine("operations", story.operation)]),
      rowLine("reservations", this.#one.reservationsByTokenHash.get(tokenHash ?? "")),
      ...around.slice(-4).map((scene) => rowLine("operations", scene.story.operation)),
    ]);
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/** Whether the model comes to the same refusal when the show stands as after so many scenes. */
function refuses({ step, refusal, asker, tokenHash }: Question, timeline: Timeline, scenes: number): boolean {
  const { facts } = timeline;
  const told = runShowStep(step, { facts, world: timeline.worldAt(scenes), asker, tokenHash, answer: {} });
  if (told.ok) return isSale(`seats.${step.kind}`) && OF_WALLETS.has(refusal.code);
  return sameRefusal(told, refusal);
}
