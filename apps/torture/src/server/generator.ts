import { setTimeout as pause } from "node:timers/promises";
import { type Db, type HoldfastCommand, HoldfastError, type Step } from "@holdfast/db";
import type { Answerer } from "@holdfast/server";
import type { Caller, Reply } from "../history.ts";
import type { Random } from "../random.ts";
import { TERMS } from "../terms.ts";
import { type Diary, machineMs } from "./diary.ts";

/** An answer as the generator has it. */
interface Saying {
  readonly caller: Caller;
  readonly conversationId: string;
  readonly answerId: string;
  tokens: number;
  steps: number;
}

export interface GeneratorOptions {
  readonly db: Db;
  readonly diary: Diary;
  readonly random: Random;
  /** Which server this is; of no meaning but for whoever reads the history. */
  readonly server: number;
}

export interface Generator extends Answerer {
  /** Resolves when nothing is being said any more. */
  idle(): Promise<void>;
}

const DEADLINES_MS = [400, 1_200, 3_000] as const;

/**
 * Plays the model: says answers piece by piece, with pauses. Now and then it falls silent for longer than the lease, fails,
 * vanishes without a word, uses more tokens than were paid for, or sends the same call twice. What it asks and is told goes
 * into the diary.
 */
export function createGenerator({ db, diary, random, server }: GeneratorOptions): Generator {
  const stopped = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let attempts = 0;

  async function attempt(caller: Caller, procedure: string, input: Record<string, unknown>): Promise<Reply> {
    const attempt = ++attempts;
    const deadlineMs = random.pick(DEADLINES_MS);
    const said = { atMs: machineMs(), caller, procedure, input, server, deadlineMs, direct: false };
    diary.write({ type: "sent", attempt, ...said });
    const command = { ...input, kind: procedure as `${string}.${string}` } as HoldfastCommand;
    const reply = await db.execute(caller, command, { deadlineMs }).then(
      (data): Reply => ({ kind: "success", data }),
      (error: unknown) => errorReply(error),
    );
    diary.write({ type: "replied", attempt, atMs: machineMs(), reply });
    return reply;
  }

  /** Asks with the same key until it is told, as whoever generates answers must. */
  async function ask(caller: Caller, kind: string, fields: Record<string, unknown>, key: string) {
    const procedure = `conversations.${kind}`;
    const input = { idempotencyKey: key, ...fields };
    const twin = random.chance(0.08) ? attempt(caller, procedure, input) : undefined;
    let reply = await attempt(caller, procedure, input);
    for (let tries = 0; isOpen(reply) && tries < 200; tries++) {
      await pause(random.whole(20, 200));
      reply = await attempt(caller, procedure, input);
    }
    await twin;
    return reply;
  }

  async function say(saying: Saying): Promise<void> {
    const { caller, conversationId, answerId } = saying;
    const named = { conversationId, answerId };
    const pieces = random.whole(0, 6);
    for (let piece = 1; piece <= pieces; piece++) {
      await pause(random.whole(10, 250));
      if (random.chance(0.02)) return;
      if (random.chance(0.03)) await pause(TERMS.leaseSeconds * 1_000 + random.whole(-300, 1_500));
      if (stopped.delete(answerId)) return;
      const saved = await ask(
        caller,
        "save",
        { ...named, ...nextSteps(saying, random) },
        `say-${answerId}-${piece}`,
      );
      if (saved.kind !== "success") return;
    }
    const isFailing = random.chance(0.12);
    const ended = await ask(
      caller,
      "settle",
      {
        ...named,
        ...(isFailing ? { status: "failed", error: "the model failed" } : { status: "complete" }),
        ...(random.chance(0.7) ? nextSteps(saying, random) : { tokens: saying.tokens }),
      },
      `end-${answerId}`,
    );
    if (ended.kind !== "success") return;
    const { waiting } = ended.data as { waiting?: { walletId: string | null } };
    if (waiting !== undefined) await goOn(saying, waiting.walletId);
  }

  /** Opens the answer to what has waited for it; now and then asks for another wallet's first, and is refused. */
  async function goOn({ caller, conversationId, answerId }: Saying, walletId: string | null): Promise<void> {
    const paying = walletId === null ? {} : { walletId };
    if (random.chance(0.1)) {
      const other = walletId === null ? { walletId: answerId } : {};
      await ask(caller, "answer", { conversationId, ...other }, `other-${answerId}`);
    }
    const opened = await ask(caller, "answer", { conversationId, ...paying }, `next-${answerId}`);
    if (opened.kind !== "success" || opened.data["replayed"] === true) return;
    const { answer } = opened.data as { answer: { answerId: string } | null };
    if (answer !== null)
      await say({ caller, conversationId, answerId: answer.answerId, tokens: 0, steps: 0 });
  }

  return {
    begin({ tenantId }, conversationId, { answerId }) {
      const caller = { tenantId, subject: "model", role: "service" } as const;
      const saying = say({ caller, conversationId, answerId, tokens: 0, steps: 0 });
      underWay.add(saying);
      void saying.finally(() => underWay.delete(saying));
    },
    stop(answerId) {
      // Most of the time it hears of it; else it goes on and is refused.
      if (random.chance(0.7)) stopped.add(answerId);
    },
    // What waits behind an answer of a server that has died waits for the next question.
    takeUpWaiting: async () => {},
    // It goes with its server, in the middle of a word.
    close: async () => {},
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** What is said next, and the tokens that have been used by then. */
function nextSteps(saying: Saying, random: Random): { steps: Step[]; tokens: number } {
  const steps: Step[] = [];
  if (saying.steps++ === 0) steps.push({ at: 0, part: { type: "step-start" } });
  for (let words = random.whole(1, 3); words > 0; words--)
    steps.push({ at: 1, append: `word-${random.whole(1, 999)} ` });
  if (random.chance(0.15)) {
    const state = random.pick(["input-available", "output-available"]);
    steps.push({ at: 2, part: { type: "tool-look-up", toolCallId: saying.answerId, state } });
  }
  saying.tokens += random.whole(0, 4);
  return { steps, tokens: saying.tokens };
}

function errorReply(error: unknown): Reply {
  if (!(error instanceof HoldfastError)) throw error;
  const { code, details, replayed, status: httpStatus } = error;
  return { kind: "error", httpStatus, code, details, replayed, body: JSON.stringify({ code, details }) };
}

function isOpen(reply: Reply): boolean {
  return reply.kind === "error" && ["TIMEOUT", "UNAVAILABLE", "OVERLOADED", "INTERNAL"].includes(reply.code);
}
