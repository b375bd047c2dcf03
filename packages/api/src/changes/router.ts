import { type ChangeEvent, HoldfastError, parseWatchInput, type WatchInput } from "@holdfast/db";
import { tracked } from "@trpc/server";
import { inputParser, type Wire } from "../input.ts";
import { type Context, procedure, router } from "../trpc.ts";
import { Cursor } from "./cursor.ts";

/** With `lastEventId` when a connection was lost: tRPC puts it there from the header or the query. */
type Sent = Wire<WatchInput> & { lastEventId?: string | null | undefined };

const watchInput = inputParser<Sent, { cursor: Cursor }>((raw) => {
  const { lastEventId, ...input } = (typeof raw === "object" && raw !== null ? raw : {}) as Partial<Sent>;
  const { topics } = parseWatchInput(input);
  return { cursor: new Cursor(topics, lastEventId ?? undefined) };
});

/** How soon a subscription ends after its credential, in milliseconds. */
const CHECK_MS = 10_000;

/** The change feed: every change of some topics, live, each version once and in its order. */
export const changesRouter = router({
  /**
   * Server-sent events, the changes of a moment in one. A connection that is lost is taken up again with `lastEventId`,
   * at this replica or another, without a gap. `reset` means: read the topic, and go on from its version.
   */
  watch: procedure("signed-in")
    .input(watchInput)
    .subscription(async ({ ctx, input: { cursor }, signal }) => {
      const leave = new AbortController();
      const left = ctx.limits?.watch(ctx.principal);
      if (left !== undefined) leave.signal.addEventListener("abort", left, { once: true });
      signal?.addEventListener("abort", () => leave.abort(), { once: true });
      try {
        const events = await ctx.db.watch(ctx.principal, cursor.topics, leave.signal);
        leaveWithCredential(ctx, leave);
        return tellAll(cursor, events, leave);
      } catch (error) {
        leave.abort();
        throw error;
      }
    }),
});

/** Leaves when the credential has ended; not when nobody can say so at the moment. */
function leaveWithCredential(ctx: Context, leave: AbortController): void {
  const check = async (): Promise<void> => {
    const principal = await ctx.authenticateAgain().catch(() => ctx.principal);
    if (principal === undefined) leave.abort(new HoldfastError("UNAUTHENTICATED", {}));
  };
  const timer = setInterval(() => void check(), CHECK_MS).unref();
  leave.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

async function* tellAll(cursor: Cursor, all: AsyncIterable<readonly ChangeEvent[]>, leave: AbortController) {
  try {
    for await (const events of all) yield tracked(cursor.after(events), events);
  } finally {
    leave.abort();
  }
}
