import { type AnswerOpened, type Db, HoldfastError, type Principal } from "@holdfast/db";
import { initTRPC } from "@trpc/server";
import { toHoldfastError } from "./errors.ts";
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
  /** Milliseconds that this request may still take. */
  readonly deadlineMs: number;
  /** Told of each call when it was answered. */
  readonly onCall?: OnCall | undefined;
}

/** Proxies close a connection on which nothing moves, most of them after a minute. */
const PING_MS = 15_000;

const t = initTRPC.context<Context>().create({
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: 3 * PING_MS },
  },
  // Never a stack on the wire, whatever NODE_ENV says.
  isDev: false,
  errorFormatter: ({ error, path }) => wireError(toHoldfastError(error), path),
});

export const router = t.router;

/** What every procedure is made from, so that none goes unseen. */
const seen = t.procedure.use(({ ctx, path, next }) =>
  seeCall(path, ctx, (told: Seen) => next({ ctx: told })),
);

/** A procedure for callers that the host could name. What they may do is decided beside the locked rows, in db. */
export const authed = seen.use(({ ctx, next }) => {
  if (!ctx.principal) throw new HoldfastError("UNAUTHENTICATED", {});
  return next({ ctx: { principal: ctx.principal } });
});
