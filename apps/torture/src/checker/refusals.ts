import { type Attempt, repliedAtMs, wasTold } from "./attempts.ts";
import { Books } from "./books.ts";
import type { Account, Case, Story } from "./case.ts";
import { holdFor } from "./conversations/metered.ts";
import { countWhile } from "./count-while.ts";
import { linesOf, rowLine } from "./evidence.ts";
import { type Asker, runStep, type World } from "./model.ts";
import type { Moments } from "./moments.ts";
import { isSale, type Past, pledgeAt, purseAt, stepsOf } from "./past.ts";
import { concernedWallet, sameRefusal } from "./refused.ts";
import { askerOf } from "./replay.ts";
import { paymentOf } from "./shows/payment.ts";
import { commandsOf, isBatch, type Refusal, resultOf, type Step, textIn } from "./steps.ts";
import type { Findings } from "./violation.ts";

/** A refusal, and what it was an answer to. */
interface Question {
  /** The refused step, and before it those of its atomic batch. */
  readonly steps: readonly Step[];
  readonly refusal: Refusal;
  readonly asker: Asker;
  /** By the clients' clock: asked not before, decided not after. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly attempts: readonly Attempt[];
  readonly story: Story | undefined;
}

/** To show that a refusal was never right takes a look at every version; enough is enough. */
const MAX_WRONG = 100;

/** Every refusal must have been right at some moment between its asking and its answer. */
export function checkRefusals(one: Case, past: Past, moments: Moments, findings: Findings): void {
  let wrong = 0;
  for (const question of [...recorded(one), ...inBatches(past), ...unrecorded(one)]) {
    const last = question.steps.at(-1);
    if (last === undefined) {
      report("I5", "a refusal that was never true", question, undefined, findings);
      continue;
    }
    const concerned = concernedWallet(last, question.refusal.code, past);
    const account = concerned === undefined ? undefined : one.accounts.get(concerned);
    const right =
      account === undefined
        ? judgeWithoutState(question, past, moments, findings)
        : !account.sound || judgeByVersions(question, account, one, past, moments, findings);
    if (!right) wrong++;
    if (wrong === MAX_WRONG) return;
  }
}

/** Refusals of a purchase that are the wallets' to give. */
const OF_PAYMENT = new Set(["INSUFFICIENT_FUNDS", "BALANCE_LIMIT"]);

function* recorded(one: Case): Generator<Question> {
  for (const story of one.operations.values()) {
    const { operation, askers } = story;
    if (operation.outcome.ok || askers.length === 0) continue;
    const whole = resultOf(operation.outcome) as Refusal;
    // What seats have to do with is judged where shows are.
    if (!operation.kind.startsWith("wallets.") && !OF_PAYMENT.has(whole.code)) continue;
    const details = (whole.details ?? {}) as { index?: unknown; code?: string; details?: unknown };
    const steps = isBatch(operation)
      ? commandsOf(operation).slice(0, Number(details.index) + 1)
      : (stepsOf(one, story) ?? []).map(({ step }) => step);
    const refusal: Refusal = isBatch(operation)
      ? { ok: false, code: details.code ?? "", details: details.details }
      : whole;
    yield questionOf(story, steps, refusal);
  }
}

function* inBatches({ deferred }: Past): Generator<Question> {
  for (const { story, step, refusal } of deferred) yield questionOf(story, [step], refusal);
}

function questionOf(story: Story, steps: readonly Step[], refusal: Refusal): Question {
  const { askers: attempts, firstSentMs: fromMs, toldMs: toMs } = story;
  return { steps, refusal, asker: askerOf(story), fromMs, toMs, attempts, story };
}

const STATELESS = new Set(["NOT_FOUND", "FORBIDDEN", "SAME_WALLET", "CURRENCY_MISMATCH"]);
const KINDS = /^wallets\.(open|credit|debit|transfer|boost|stream|hold|capture|release)$/;

/** Refusals that are told and not recorded; only those that say something of wallets can be judged. */
function* unrecorded(one: Case): Generator<Question> {
  for (const attempt of one.attempts) {
    const { sent, replied } = attempt;
    if (wasTold(attempt) || replied?.reply.kind !== "error") continue;
    // Decided anew after it was told: reported by its key.
    if (one.storiesByKey.get(attempt.key ?? "")?.some(({ toldMs }) => toldMs < sent.atMs)) continue;
    const { code, details } = replied.reply;
    if (!STATELESS.has(code)) continue;
    if (isSale(sent.procedure)) {
      const payment = paymentOf(one, sent.input);
      const { what } = (details ?? {}) as { what?: unknown };
      if (payment === undefined || what === "token") continue;
      yield questionOfAttempt(attempt, payment, { ok: false, code, details });
    }
    if (sent.procedure === "conversations.send" && (details as { what?: unknown })?.what === "walletId")
      yield questionOfAttempt(attempt, holdFor(sent.input), { ok: false, code, details });
    if (!KINDS.test(sent.procedure)) continue;
    const ids = Object.fromEntries(
      ["walletId", "fromWalletId", "toWalletId", "holdId"].flatMap((name) => {
        const id = textIn(sent.input, name);
        return id === undefined ? [] : [[name, id.toLowerCase()]];
      }),
    );
    const step = { ...sent.input, ...ids, kind: sent.procedure.slice("wallets.".length) };
    yield questionOfAttempt(attempt, step, { ok: false, code, details });
  }
}

function questionOfAttempt(attempt: Attempt, step: Step, refusal: Refusal): Question {
  const { caller, atMs: fromMs } = attempt.sent;
  return {
    steps: [step],
    refusal,
    asker: { ...caller, nowMs: 0 },
    fromMs,
    toMs: repliedAtMs(attempt),
    attempts: [attempt],
    story: undefined,
  };
}

/** What depends on no balance: who owns what, in which currency, and whether it is there. Answers whether it was right. */
function judgeWithoutState(question: Question, past: Past, moments: Moments, findings: Findings): boolean {
  if (refuses(question, looseWorld(past))) return true;
  const { refusal, fromMs } = question;
  if (refusal.code !== "NOT_FOUND") {
    report("I5", "a refusal that was never true", question, undefined, findings);
    return false;
  }
  const unknownYet: World = {
    wallet: (id) => (moments.known(id, fromMs) < 0 ? undefined : past.openings.get(id)?.purse),
    hold: (id) => {
      const life = past.lives.get(id);
      const version = life?.states[0]?.version ?? Number.POSITIVE_INFINITY;
      return life && moments.known(life.placed.walletId, fromMs) >= version ? life.placed : undefined;
    },
  };
  if (refuses(question, unknownYet)) return true;
  report("I9", "told as missing what somebody had been told of", question, undefined, findings);
  return false;
}

/** Tries the versions that the wallet can have had, those closest to the operation's time first. */
function judgeByVersions(
  question: Question,
  account: Account,
  one: Case,
  past: Past,
  moments: Moments,
  findings: Findings,
): boolean {
  const first = Math.max(0, moments.known(account.id, question.fromMs));
  const last = moments.latest(account.id, question.toMs);
  const wasRightAt = (version: number): boolean => refuses(question, worldAt(past, account, version));
  const { entries } = account;
  const guess = countWhile(entries.length, (at) => {
    const writer = one.operations.get(entries[at]?.operationId ?? "");
    return (writer?.operation.createdAtMs ?? 0) <= question.asker.nowMs;
  });
  for (const version of closestFirst(first, last, guess)) if (wasRightAt(version)) return true;
  const elsewhere = [...closestFirst(0, entries.length, guess)].find(wasRightAt);
  const about = { row: account.row, entries: entries.slice(Math.max(0, guess - 2), guess + 2) };
  if (elsewhere === undefined) report("I5", "a refusal that was never true", question, about, findings);
  else {
    const when = `only at version ${elsewhere}, and it was between ${first} and ${last}`;
    report("I9", "a refusal that was not true at its time", question, about, findings, when);
  }
  return false;
}

function* closestFirst(first: number, last: number, guess: number): Generator<number> {
  const start = Math.min(Math.max(guess, first), last);
  for (let distance = 0; start - distance >= first || start + distance <= last; distance++) {
    if (start - distance >= first) yield start - distance;
    if (distance > 0 && start + distance <= last) yield start + distance;
  }
}

function looseWorld({ openings, lives }: Past): World {
  return { wallet: (id) => openings.get(id)?.purse, hold: (id) => lives.get(id)?.placed };
}

function worldAt(past: Past, account: Account, version: number): World {
  const loose = looseWorld(past);
  return {
    wallet: (id) => (id === account.id ? purseAt(past, account, version) : loose.wallet(id)),
    hold: (id) => {
      const life = past.lives.get(id);
      return life?.placed.walletId === account.id ? pledgeAt(life, version) : life?.placed;
    },
  };
}

/** Whether the model, in this world, comes to the same refusal. What it can't tell counts as right. */
function refuses({ steps, refusal, asker }: Question, world: World): boolean {
  const books = new Books(world);
  try {
    for (const [at, step] of steps.entries()) {
      const told = runStep(step, books, asker, {});
      if (told === undefined) return true;
      if (at === steps.length - 1) return sameRefusal(told, refusal);
      if (!told.ok) return false;
      books.apply(told);
    }
  } catch (error) {
    // An amount that is no number: nothing of the model's business.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
  return false;
}

function report(
  invariant: "I5" | "I9",
  rule: string,
  { steps, refusal, attempts, story }: Question,
  about: { readonly row: object | undefined; readonly entries: readonly object[] } | undefined,
  findings: Findings,
  when = "",
): void {
  const name = story === undefined ? `attempt ${attempts[0]?.sent.attempt}` : story.operation.id;
  const words = `${steps.at(-1)?.kind} ${name}: ${refusal.code} ${JSON.stringify(refusal.details)} ${when}`;
  findings.add(invariant, rule, words.trim(), () => [
    ...linesOf(attempts),
    ...(story === undefined ? [] : [rowLine("operations", story.operation)]),
    ...(about === undefined ? [] : [rowLine("wallets", about.row)]),
    ...(about?.entries ?? []).map((entry) => rowLine("entries", entry)),
  ]);
}
