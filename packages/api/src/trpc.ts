import type { AnswerOpened, Db, Principal } from "@holdfast/db";
import { initTRPC } from "@trpc/server";
import { toHoldfastError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { admit, type Meta, type Policy } from "./policy.ts";
import { type OnCall, seeCall } from "./see-call.ts";
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
  t.procedure.meta({ policy }).use(({ ctx, path, next }) =>
    seeCall(path, ctx, ({ onOperation }) => {
      const principal = admit(policy, ctx.principal);
      ctx.limits?.count(principal, 1);
      return next({ ctx: { principal, onOperation } });
    }),
  );

/**
 * The only way to a procedure, so that none is built without a word on who may call it. The policy speaks before the input is
 * read: who may not call learns nothing of what the procedure takes.
 */
export function procedure(policy: "anyone"): typeof open;
export function procedure(policy: Exclude<Policy, "anyone">): ReturnType<typeof closed>;
export function procedure(policy: Policy): typeof open | ReturnType<typeof closed> {
  return policy === "anyone" ? open : closed(policy);
}
