import { sql } from "drizzle-orm";
import type { HoldfastCommand } from "./connect.ts";
import { HoldfastError } from "./errors.ts";
import { holdfastFeatures } from "./features.ts";
import { isRefusedRow, isRetryable, isSqlstate, LOCK_TIMEOUT } from "./postgres-error.ts";
import { type Principal, SYSTEM_CALLER } from "./principal.ts";
import { APP_ROLE } from "./roles.ts";
import type { Row, Statements } from "./statements.ts";
import type { Tx } from "./transaction.ts";
import { createCall, type Result } from "./write-path/call.ts";
import { executeCalls } from "./write-path/execute.ts";
import { createRegistry, type Registry } from "./write-path/registry.ts";

/** A transaction that the caller opened: one of `withTransaction`, Drizzle's on any Postgres driver, or postgres.js's. */
export type Joinable = Tx | DrizzleTransaction | PostgresJsTransaction;

interface DrizzleTransaction {
  execute(query: never): PromiseLike<unknown>;
}
interface PostgresJsTransaction {
  unsafe(text: string, parameters?: never[]): PromiseLike<unknown>;
}

/** What became of a joined command. A refusal does not roll the transaction back: whoever opened it decides. */
export type Joined =
  | { readonly ok: true; readonly data: unknown; readonly replayed: boolean }
  | { readonly ok: false; readonly error: HoldfastError };

export interface JoinOptions {
  /** The registry of a `Db` with features of one's own or a `tokenSecret`; default: Holdfast's own features, without. */
  readonly registry?: Registry;
}

let holdfastRegistry: Registry | undefined;

/**
 * Executes commands inside a transaction that the caller opened, so that they commit or roll back with the caller's own
 * statements. Takes on the app role and the tenant for its own statements and gives them back.
 *
 * The transaction must be READ COMMITTED (Postgres' default) and its role must be allowed to become `holdfast_app`
 * (`grant holdfast_app to …`; the role that migrated may). Locks are held until the caller's transaction ends.
 *
 * @throws HoldfastError TRANSACTION_CONFLICT when a concurrent transaction made this one fail: roll back, run it again; NOT_FOUND
 * when Postgres alone refused what a command does to somebody else's rows.
 */
export async function execute(
  tx: Joinable,
  principal: Principal,
  commands: readonly HoldfastCommand[],
  options: JoinOptions = {},
): Promise<Joined[]> {
  holdfastRegistry ??= createRegistry(holdfastFeatures);
  const registry = options.registry ?? holdfastRegistry;
  const calls = commands.map(({ kind, ...input }) => createCall(registry, principal, kind, input));
  const statements = oneAfterTheOther(statementsOf(tx));
  const run = async (): Promise<Joined[]> => {
    const { results } = await executeCalls(statements, registry, principal.tenantId, calls, { wait: true });
    await statements.done();
    return results.map((result, at) => joinedOf(registry, calls[at]?.kind ?? "", result));
  };
  try {
    if ("tenantId" in tx) {
      if (tx.tenantId !== principal.tenantId)
        throw new TypeError("the transaction is of another tenant than the principal");
      return await run();
    }
    const before = await takeOn(statements, principal.tenantId);
    try {
      return await run();
    } finally {
      // After a failed statement this fails too, and is not needed: the rollback undoes what was set.
      await set(statements, before).catch(() => {});
    }
  } catch (error) {
    if (isRetryable(error) || isSqlstate(error, LOCK_TIMEOUT))
      throw new HoldfastError("TRANSACTION_CONFLICT", {}, { cause: error });
    if (isRefusedRow(error))
      throw new HoldfastError("NOT_FOUND", { what: "what a command names" }, { cause: error });
    throw error;
  }
}

/** What a transaction is to Postgres; the first is a role, the others are what row-level security asks for. */
const SETTINGS = ["role", "holdfast.tenant", "holdfast.caller", "holdfast.aboard"] as const;

/** The settings are local to the transaction: a rollback, also to a savepoint, undoes them by itself. */
async function takeOn(tx: Statements, tenantId: number): Promise<string[]> {
  const current = SETTINGS.map((name, at) => `coalesce(current_setting('${name}', true), '') as "${at}"`);
  const [row] = await tx.run(`select ${current.join(", ")}`);
  await set(tx, [APP_ROLE, String(tenantId), SYSTEM_CALLER, ""]);
  return SETTINGS.map((_, at) => String(row?.[at]));
}

async function set(tx: Statements, values: readonly string[]): Promise<void> {
  const each = SETTINGS.map((name, at) => `set_config('${name}', $${at + 1}, true)`);
  await tx.run(`select ${each.join(", ")}`, values);
}

function joinedOf(registry: Registry, kind: string, result: Result): Joined {
  if (result.type === "stuck") throw new TypeError("a waiting transaction found a row locked");
  const replayed = result.type === "outcome" && result.replayed;
  if (result.type === "outcome" && result.outcome.ok)
    return { ok: true, data: registry.tell(kind, result.outcome.data), replayed };
  const { code, details } =
    result.type === "outcome" ? (result.outcome as { code: string; details: unknown }) : result;
  return { ok: false, error: HoldfastError.of(code, details, { replayed, row: registry.error(code) }) };
}

function statementsOf(tx: Joinable): Statements {
  if ("run" in tx) return tx;
  if ("unsafe" in tx) {
    return {
      run: async (text, parameters = []) => rowsOf(await tx.unsafe(text, [...parameters] as never[])),
    };
  }
  return {
    run: async (text, parameters = []) => rowsOf(await tx.execute(drizzleSql(text, parameters) as never)),
  };
}

/** Drizzle has no way to pass a text with $1, $2, …: it is taken apart and its parameters are put back in. */
function drizzleSql(text: string, parameters: readonly (string | null)[]) {
  const parts = text.split(/\$(\d+)/).map((part, at) => {
    return at % 2 === 0 ? sql.raw(part) : sql`${sql.param(parameters[Number(part) - 1] ?? null)}`;
  });
  return sql.join(parts);
}

/** postgres.js answers the rows, node-postgres and others an object that holds them. */
function rowsOf(answer: unknown): readonly Row[] {
  if (Array.isArray(answer)) return answer as Row[];
  return (answer as { rows: Row[] }).rows;
}

/** Somebody else's driver may not take a statement while another is under way; and all must be done before we return. */
function oneAfterTheOther(inner: Statements): Statements & { done(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...(inner.touched === undefined ? {} : { touched: inner.touched }),
    run(text, parameters) {
      const next = last.then(() => inner.run(text, parameters));
      last = next;
      // Its owner is `done`, or whoever awaits the statement itself.
      next.catch(() => {});
      return next;
    },
    done: async () => {
      await last;
    },
  };
}
