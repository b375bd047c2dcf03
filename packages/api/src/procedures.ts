import type { Db } from "@holdfast/db";
import { type CommandData, type CommandKind, commandInput } from "./input.ts";
import { authed, type Context } from "./trpc.ts";

/** A mutation: one call into the write path. */
export const command = <K extends CommandKind>(kind: K) =>
  authed.input(commandInput(kind)).mutation(({ ctx, input }) => {
    const { db, principal, deadlineMs } = ctx;
    const answer: Promise<unknown> = db.execute(principal, { ...input, kind }, { deadlineMs });
    return answer as Promise<CommandData<K> & { replayed: boolean }>;
  });

/** The database as a query sees it: with the time that is left of the call. */
export const reader = ({ db, deadlineMs }: Context): Pick<Db, "read"> => ({
  read: (principal, work) => db.read(principal, work, { deadlineMs }),
});
