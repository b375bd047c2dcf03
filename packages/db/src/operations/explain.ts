import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import * as field from "../fields.ts";
import { actsForOthers, callerOf, type Principal } from "../principal.ts";
import type { Row, Statements } from "../statements.ts";
import type { Tx } from "../transaction.ts";
import type { Outcome, RecordedOperation, WrittenRow } from "../write-path/feature.ts";
import { RECORDED_COLUMNS, recordedOf } from "../write-path/recorded.ts";
import { parseInput, type Registry } from "../write-path/registry.ts";

/** Input schemas by query. */
export const operationQueries = {
  "operations.explain": z
    .strictObject({ idempotencyKey: field.text(255).optional(), operationId: field.id.optional() })
    .refine(
      ({ idempotencyKey, operationId }) => (idempotencyKey === undefined) !== (operationId === undefined),
      "give either idempotencyKey or operationId",
    ),
} as const;

type Input = z.input<(typeof operationQueries)["operations.explain"]>;

interface OperationSummary {
  operationId: string;
  idempotencyKey: string;
  /** The command, such as "wallets.boost". */
  kind: string;
  /** Role and subject of who sent it. */
  caller: string;
  /** ISO 8601, by the database's clock. */
  at: string;
  outcome: Outcome;
}

/** What became of one command: the operation as it was recorded, every row that it wrote, and what it is a part of. */
export interface Explanation extends OperationSummary {
  input: unknown;
  /** The rows that it wrote and the caller may see, as they are now; none after a refusal. */
  wrote: WrittenRow[];
  /** Where it is a step of something longer, such as an answer: all its steps, in their order. */
  story: OperationSummary[];
}

/** What this needs of a `Db`. */
interface Reader {
  readonly registry: Registry;
  read(principal: Principal, work: (tx: Tx) => Promise<readonly Row[]>): Promise<readonly Row[]>;
}

/**
 * Tells what became of a command, by its key or the id of its operation. Users are told of their own, services of all in their
 * tenant.
 *
 * @throws NOT_FOUND when nothing was recorded: a call that was never executed, or that its caller may not see.
 */
export async function explainOperation(db: Reader, principal: Principal, input: Input): Promise<Explanation> {
  const { idempotencyKey, operationId } = parseInput(operationQueries["operations.explain"], input);
  let explanation: Explanation | undefined;
  await db.read(principal, async (tx) => {
    const rows = await tx.run(
      `select ${RECORDED_COLUMNS} from holdfast.operations as operation
      where tenant_id = $1::int and ${idempotencyKey === undefined ? "id = $2::uuid" : "idempotency_key = $2::text"}
        and ($3::text is null or caller = $3::text)`,
      [
        String(principal.tenantId),
        idempotencyKey ?? operationId ?? "",
        actsForOthers(principal) ? null : callerOf(principal),
      ],
    );
    const [row] = rows;
    if (row !== undefined) explanation = await explain(tx, db.registry, principal, recordedOf(row));
    return rows;
  });
  if (explanation === undefined)
    throw new HoldfastError("NOT_FOUND", {
      what: idempotencyKey === undefined ? "operationId" : "idempotencyKey",
    });
  return explanation;
}

async function explain(
  tx: Statements,
  { features }: Registry,
  principal: Principal,
  operation: RecordedOperation,
): Promise<Explanation> {
  const wrote: WrittenRow[] = [];
  const steps = new Map<string, RecordedOperation>();
  if (operation.outcome.ok) {
    for (const { written, stepsOf } of features) {
      wrote.push(...((await written?.(tx, principal, operation)) ?? []));
      for (const step of (await stepsOf?.(tx, principal, operation)) ?? []) steps.set(step.id, step);
    }
  }
  const story = [...steps.values()].map(summaryOf);
  return { ...summaryOf(operation), input: operation.input, wrote, story };
}

function summaryOf({ id, idempotencyKey, kind, caller, at, outcome }: RecordedOperation): OperationSummary {
  return { operationId: id, idempotencyKey, kind, caller, at, outcome };
}
