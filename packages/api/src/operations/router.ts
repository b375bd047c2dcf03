import { explainOperation, verifyTenant } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { reader } from "../procedures.ts";
import { procedure, router } from "../trpc.ts";

/** Operations: what became of a command, and whether everything that was written still agrees. */
export const operationsRouter = router({
  explain: procedure("signed-in")
    .input(queryInput("operations.explain"))
    .query(({ ctx, input }) => {
      const { registry } = ctx.db;
      return explainOperation({ registry, ...reader(ctx) }, ctx.principal, input);
    }),
  verify: procedure("admins")
    .input(queryInput("operations.verify"))
    .query(({ ctx, input }) => verifyTenant(ctx.db, ctx.principal, ctx.deadlineMs, input)),
});
