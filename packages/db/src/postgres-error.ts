/** What Postgres or the connection said, as far as anyone here needs to know. Messages may hold values: never sent on. */
interface PostgresFailure {
  /** The SQLSTATE, or undefined when the connection failed. */
  readonly sqlstate: string | undefined;
  /** The name of the violated constraint, if one was. */
  readonly constraint: string | undefined;
  /** Where in its source Postgres said so. */
  readonly routine?: string | undefined;
}

/** The connection is gone, or never came to be. Whether a COMMIT arrived can't be told from this. */
export class SessionLost extends Error {
  override readonly name = "SessionLost";
}

/** Another transaction recorded one of our keys first; the retry will replay it. */
const UNIQUE_VIOLATION = "23505";
const KEY_ONCE = "operations_key_once";
/** Raised by holdfast.expect_rows: a statement changed other rows than were decided; the transaction is aborted. */
export const ROWS_DIFFER = "HF002";

/** lock_timeout: somebody else holds what this statement needs. Not retried as such: the write path has lanes for it. */
export const LOCK_TIMEOUT = "55P03";

/**
 * The SQLSTATEs after which the same transaction is worth another try, and why. Each says that nothing was committed.
 * Everything else is final.
 */
const RETRYABLE: Readonly<Record<string, string>> = {
  "40001": "serialization failure: concurrent transactions, ours was chosen to go again",
  "40P01": "deadlock: Postgres ended ours so that the other could finish",
  "57P01": "the backend was told to stop (restart, failover, pg_terminate_backend)",
  "57P02": "another backend crashed and took ours with it",
  "57P03": "the server is starting up or shutting down",
  "57P05": "the session was idle too long",
  "53300": "too many connections at the moment",
  "25P03": "our transaction sat idle beyond its limit and was ended",
  "08000": "connection exception",
  "08003": "connection does not exist",
  "08006": "connection failure",
  "08P01": "protocol violation, as poolers answer when their server went away",
};

function postgresFailure(error: unknown): PostgresFailure | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("severity" in at && "code" in at && typeof at.code === "string") {
      // postgres.js calls it constraint_name, node-postgres constraint.
      const { constraint_name, constraint = constraint_name } = at as Record<string, unknown>;
      const { routine } = at as { routine?: unknown };
      return {
        sqlstate: at.code,
        constraint: typeof constraint === "string" ? constraint : undefined,
        routine: typeof routine === "string" ? routine : undefined,
      };
    }
    if (at instanceof SessionLost) return { sqlstate: undefined, constraint: undefined };
  }
  return undefined;
}

export function isRetryable(error: unknown): boolean {
  const failure = postgresFailure(error);
  if (failure === undefined) return false;
  const { sqlstate, constraint } = failure;
  return (
    sqlstate === undefined ||
    sqlstate in RETRYABLE ||
    (sqlstate === UNIQUE_VIOLATION && constraint === KEY_ONCE)
  );
}

export function sqlstateOf(error: unknown): string | undefined {
  return postgresFailure(error)?.sqlstate;
}

export function isSqlstate(error: unknown, sqlstate: string): boolean {
  return sqlstateOf(error) === sqlstate;
}

/**
 * Whether row-level security refused a row: what decided let through what Postgres knows to be somebody else's. A privilege that
 * is missing has the same SQLSTATE, and its message is in the language of the server.
 */
export function isRefusedRow(error: unknown): boolean {
  const failure = postgresFailure(error);
  return failure?.sqlstate === "42501" && failure.routine === "ExecWithCheckOptions";
}

/** Whether the session failed rather than the statement: then nobody knows how far Postgres got. */
export function connectionFailed(error: unknown): boolean {
  const failure = postgresFailure(error);
  if (failure === undefined) return true;
  return failure.sqlstate === undefined || /^(08|57P|25P03|XX)/.test(failure.sqlstate);
}
