import type { Db, Principal } from "@holdfast/db";
import { type CommandData, type CommandKind, commandInput } from "./input.ts";
import type { Seen } from "./see-call.ts";
import { authed, type Context } from "./trpc.ts";

type Caller = Pick<Context, "db" | "deadlineMs"> & Seen & { readonly principal: Principal };

/** One call into the write path. */
export function execute<K extends CommandKind>(
  { db, principal, deadlineMs, onOperation }: Caller,
  kind: K,
  input: Readonly<Record<string, unknown>>,
): Promise<CommandData<K> & { replayed: boolean }> {
  const answer: Promise<unknown> = db.execute(principal, { ...input, kind }, { deadlineMs, onOperation });
  return answer as Promise<CommandData<K> & { replayed: boolean }>;
}

/** A mutation that is one call into the write path, and nothing else. */
export const command = <K extends CommandKind>(kind: K) =>
  authed.input(commandInput(kind)).mutation(({ ctx, input }) => execute(ctx, kind, input));

/** The database as a query sees it: with the time that is left of the call. */
export const reader = ({ db, deadlineMs }: Context): Pick<Db, "read"> => ({
  read: (principal, work) => db.read(principal, work, { deadlineMs }),
});
