import { listKeys } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { procedure, router } from "../trpc.ts";

/** API keys: what other services of a tenant sign in with, managed by its admins. */
export const keysRouter = router({
  create: command("keys.create", "admins"),
  revoke: command("keys.revoke", "admins"),

  list: procedure("admins")
    .input(queryInput("keys.list"))
    .query(({ ctx, input }) => listKeys(reader(ctx), ctx.principal, input)),
});
