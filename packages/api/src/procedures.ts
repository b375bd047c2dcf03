import type { Db, Principal } from "@holdfast/db";
import { type CommandData, type CommandKind, commandInput, type RawInput } from "./input.ts";
import type { Policy } from "./policy.ts";
import type { Seen } from "./see-call.ts";
import { type Context, inOneStep, procedure } from "./trpc.ts";

type Caller = Pick<Context, "db" | "deadlineMs"> & Seen & { readonly principal: Principal };

/** One call into the write path. */
export function execute<K extends CommandKind>(
  { db, principal, deadlineMs, onOperation }: Caller,
  kind: K,
  input: Readonly<Record<string, unknown>>,
): Promise<CommandData<K> & { replayed: boolean }> {
  // The kind first: a copy that gets a field more afterwards takes a microsecond.
  const answer: Promise<unknown> = db.execute(principal, { kind, ...input }, { deadlineMs, onOperation });
  return answer as Promise<CommandData<K> & { replayed: boolean }>;
}

/** A mutation that is one call into the write path, and nothing else. */
export const command = <K extends CommandKind>(kind: K, policy: Exclude<Policy, "anyone">) => {
  const parser = commandInput(kind);
  const answer = ({ ctx, input }: { ctx: Caller & Pick<Context, "limits">; input: RawInput }) => {
    const { commands } = input;
    // The call itself was counted when it came in.
    if (Array.isArray(commands) && commands.length > 1) ctx.limits?.count(ctx.principal, commands.length - 1);
    return execute(ctx, kind, input);
  };
  const built = procedure(policy).input(parser).mutation(answer);
  return inOneStep(built, { policy, parse: parser.parse, answer });
};

/** The database as a query sees it: with the time that is left of the call. */
export const reader = ({ db, deadlineMs }: Context): Pick<Db, "read"> => ({
  read: (principal, work) => db.read(principal, work, { deadlineMs }),
});
