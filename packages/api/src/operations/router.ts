import { explainOperation, verifyTenant } from "@holdfast/db";
import { inputParser, queryInput } from "../input.ts";
import { reader } from "../procedures.ts";
import { authed, router } from "../trpc.ts";

/** It asks about everything, so there is nothing to say. */
const nothing = inputParser<Record<never, never> | undefined, Record<never, never>>(() => ({}));

/** Operations: what became of a command, and whether everything that was written still agrees. */
export const operationsRouter = router({
  explain: authed.input(queryInput("operations.explain")).query(({ ctx, input }) => {
    const { registry } = ctx.db;
    return explainOperation({ registry, ...reader(ctx) }, ctx.principal, input);
  }),
  verify: authed.input(nothing).query(({ ctx }) => verifyTenant(ctx.db, ctx.principal, ctx.deadlineMs)),
});
