import type { AnswerOpened, Db, Principal } from "@holdfast/db";
import { type AnyTRPCMutationProcedure, initTRPC } from "@trpc/server";
import { toHoldfastError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { admit, type Meta, type Policy } from "./policy.ts";
import { type OnCall, type Seen, seeCall } from "./see-call.ts";
import { wireError } from "./wire-error.ts";

/** Whoever generates answers, in the process that serves the call. */
export interface Answers {
  /** An answer was opened for this caller: begin to say it. Returns at once; what happens to it is told in the conversation. */
  begin(principal: Principal, conversationId: string, answer: AnswerOpened): void;
  /** The answer has ended: nobody needs more of it. */
  stop(answerId: string): void;
}

/** What the host gives to every call of one HTTP request. */
export interface Context {
  readonly db: Db;
  /** Undefined when the request bears no valid credential. */
  readonly principal: Principal | undefined;
  /** Whom the same credential names now: nobody when it has ended or was revoked. */
  authenticateAgain(): Promise<Principal | undefined>;
  /** Undefined where answers are generated elsewhere. */
  readonly answers?: Answers | undefined;
  /** Undefined where nothing limits what a caller may ask for. */
  readonly limits?: Limits | undefined;
  /** Milliseconds that this request may still take. */
  readonly deadlineMs: number;
  /** Told of each call when it was answered. */
  readonly onCall?: OnCall | undefined;
}

/** Proxies close a connection on which nothing moves, most of them after a minute. */
const PING_MS = 15_000;

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    sse: {
      ping: { enabled: true, intervalMs: PING_MS },
      client: { reconnectAfterInactivityMs: 3 * PING_MS },
    },
    // Never a stack on the wire, whatever NODE_ENV says.
    isDev: false,
    errorFormatter: ({ error, path }) => wireError(toHoldfastError(error), path),
  });

export const router = t.router;

/** What every procedure begins with: it is seen from its first moment on, and its policy speaks. One middleware, for each costs microseconds. */
const open = t.procedure
  .meta({ policy: "anyone" })
  .use(({ ctx, path, next }) => seeCall(path, ctx, (told) => next({ ctx: told })));
const closed = (policy: Exclude<Policy, "anyone">) =>
  t.procedure
    .meta({ policy })
    .use(({ ctx, path, next }) =>
      seeCall(path, ctx, ({ onOperation }) => next({ ctx: { principal: enter(policy, ctx), onOperation } })),
    );

function enter(policy: Exclude<Policy, "anyone">, { principal, limits }: Context): Principal {
  const entered = admit(policy, principal);
  limits?.count(entered, 1);
  return entered;
}

/**
 * The only way to a procedure, so that none is built without a word on who may call it. The policy speaks before the input is
 * read: who may not call learns nothing of what the procedure takes.
 */
export function procedure(policy: "anyone"): typeof open;
export function procedure(policy: Exclude<Policy, "anyone">): ReturnType<typeof closed>;
export function procedure(policy: Policy): typeof open | ReturnType<typeof closed> {
  return policy === "anyone" ? open : closed(policy);
}

/** What tRPC hands to a procedure that is called. */
interface Called {
  readonly ctx: Context;
  readonly path: string;
  getRawInput(): Promise<unknown>;
}

/** A mutation in parts, from which tRPC builds its own. */
interface Parts<Input> {
  readonly policy: Exclude<Policy, "anyone">;
  parse(raw: unknown): Input;
  answer(call: {
    readonly ctx: Context & Seen & { principal: Principal };
    readonly input: Input;
  }): Promise<unknown>;
}

/** Each field by its name, because a copy of the whole that gets one field more takes a microsecond. */
function enteredBy(
  principal: Principal,
  { db, authenticateAgain, answers, limits, deadlineMs, onCall }: Context,
  onOperation: Seen["onOperation"],
) {
  const context = { db, principal, authenticateAgain, answers, limits, deadlineMs, onCall, onOperation };
  return context satisfies Record<keyof Context | keyof Seen, unknown>;
}

/**
 * The mutation that tRPC has built of these parts, as one function. Middleware, input and resolver are three steps to tRPC, and it
 * copies all that it knows of a call five times on the way through: a seventh of what serving one costs.
 */
export function inOneStep<Built extends AnyTRPCMutationProcedure, Input>(
  built: Built,
  { policy, parse, answer }: Parts<Input>,
): Built {
  const run = async ({ ctx, path, getRawInput }: Called): Promise<unknown> => {
    const { data } = await seeCall(path, ctx, async ({ onOperation }) => {
      const principal = enter(policy, ctx);
      const input = parse(await getRawInput());
      return { ok: true, data: await answer({ ctx: enteredBy(principal, ctx, onOperation), input }) };
    });
    return data;
  };
  return Object.assign(run, built);
}
