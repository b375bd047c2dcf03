import { type AnswerTerms, type Db, HoldfastError } from "@holdfast/db";
import { describeError, type Logger } from "../log.ts";
import type { AnswerModel } from "./answer-model.ts";
import { ENDED_ELSEWHERE, type Ending, failed, GenerationStopped } from "./ending.ts";
import { Gathered } from "./gathered.ts";
import { type Generated, generate } from "./generate.ts";
import { type Question, readQuestion } from "./history.ts";
import type { Job } from "./job.ts";
import { repeat } from "./repeat.ts";
import { Saver } from "./saver.ts";
import { tokensOf } from "./tokens.ts";
import { watchForEnd } from "./watch-for-end.ts";

export interface AnswerHost {
  readonly db: Db;
  readonly model: AnswerModel;
  readonly terms: AnswerTerms;
  readonly log: Logger;
  /** How long the model may say nothing, in milliseconds. */
  readonly maxSilenceMs: number;
}

/** Whether messages wait when an answer has ended, and who pays for the next: "unknown" when somebody else has ended it. */
export type Waiting = { readonly walletId: string | null } | undefined | "unknown";

/** Deltas are saved at most so often: quick enough to be read as they come, and one row for several words. */
const SAVE_EVERY_MS = 150;

/**
 * Says one answer: reads what was asked, lets the model speak, saves what it says, and ends the answer.
 *
 * @throws what keeps it from being saved; the lease of the answer ends it then.
 */
export async function runAnswer(host: AnswerHost, job: Job, stop: AbortController): Promise<Waiting> {
  const { db, terms } = host;
  const leaseMs = terms.leaseSeconds * 1_000;
  const saver = new Saver(db, job, leaseMs);
  const question = await repeat(() => readQuestion(db, job, terms.maxTokens / 2), leaseMs);
  if (question === undefined) return "unknown";

  const over = new AbortController();
  const end = (ending: Ending): void => stop.abort(new GenerationStopped(ending));
  void watchForEnd(db, job, question.version, () => end(ENDED_ELSEWHERE), over.signal);
  const tooLong = setTimeout(() => end(failed("The answer has taken too long.")), terms.holdSeconds * 1_000);
  try {
    return await say(host, job, { question, saver, stop, end });
  } finally {
    clearTimeout(tooLong);
    over.abort();
  }
}

interface Saying {
  readonly question: Question;
  readonly saver: Saver;
  readonly stop: AbortController;
  readonly end: (ending: Ending) => void;
}

async function say(host: AnswerHost, job: Job, saying: Saying): Promise<Waiting> {
  const { terms, log } = host;
  const { question, saver, stop, end } = saying;
  const gathered = new Gathered();
  /** Nothing said is nothing owed. */
  const used = () => (gathered.characters === 0 ? 0 : question.tokens + tokensOf(gathered.characters));
  const maxOutputTokens = terms.maxTokens - question.tokens;
  const generating: Promise<Generated> =
    maxOutputTokens < 1
      ? Promise.resolve({ ending: failed("The question is too long for one answer.") })
      : generate({ ...host, question, maxOutputTokens, stop, gathered });

  let generated: Generated | undefined;
  let unsaved: Ending | undefined;
  for (;;) {
    generated = await within(generating, SAVE_EVERY_MS);
    if (generated !== undefined) break;
    if (gathered.isEmpty && !saver.isDue) continue;
    try {
      await saver.save(gathered.take(), Math.min(used(), terms.maxTokens));
    } catch (error) {
      unsaved = hasEnded(error) ? ENDED_ELSEWHERE : endingOfRefusal(error);
      end(unsaved);
    }
    if (unsaved !== undefined) break;
  }
  generated ??= await generating;

  const ending = unsaved ?? generated.ending;
  if (ending.status === "ended-elsewhere") return "unknown";
  if (ending.status === "failed" && ending.fault !== undefined) {
    const { tenantId, conversationId, answerId } = job;
    log.warn({ tenantId, conversationId, answerId, fault: describeError(ending.fault) }, "an answer failed");
  }
  try {
    // Where words are missing, none may follow.
    const steps = unsaved === undefined ? gathered.take() : [];
    const error = ending.status === "failed" ? { error: ending.error } : {};
    const told = await saver.settle({ status: ending.status, ...error }, steps, generated.tokens ?? used());
    return told.waiting;
  } catch (error) {
    if (hasEnded(error)) return "unknown";
    if (!isWithdrawn(error)) throw error;
    // What is not paid for is not said.
    return (await saver.settle({ status: "failed", error: WITHDRAWN }, [], 0)).waiting;
  }
}

const WITHDRAWN = "The wallet has taken back what was held for the answer.";

function endingOfRefusal(error: unknown): Ending {
  return isWithdrawn(error) ? failed(WITHDRAWN) : failed("The answer could not be saved.", error);
}

function isWithdrawn(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === "HOLD_CLOSED";
}

/** The answer was ended by somebody else, or its lease was lost. */
function hasEnded(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === "ANSWER_ENDED";
}

/** What a promise comes to, or undefined when that takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
