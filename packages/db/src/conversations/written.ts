import { actsForOthers, type Principal } from "../principal.ts";
import type { Statements } from "../statements.ts";
import type { RecordedOperation, WrittenRow } from "../write-path/feature.ts";
import { RECORDED_COLUMNS, recordedOf } from "../write-path/recorded.ts";

/** Rows of an operation that are told: an import may have written thousands. */
const MOST = 200;
/** Messages that one operation writes at most. */
const MOST_WRITTEN = 10_000;

interface Told {
  readonly conversationId?: string;
  readonly version?: string;
  readonly lastSeq?: string;
  readonly seq?: string;
  readonly answerId?: string;
  readonly answer?: { readonly answerId: string; readonly seq: string } | null;
}

const told = ({ outcome }: RecordedOperation): Told => (outcome.ok ? (outcome.data as Told) : {});

/** Nothing for users of a conversation that is not theirs. */
const IS_THEIRS = `exists (select from holdfast.conversations where tenant_id = $1::int and id = $2::uuid
  and ($3::text is null or owner_id = $3::text))`;

/** The messages of an operation and what it made an answer say; where they stand, not their content. */
export async function writtenByConversations(
  tx: Statements,
  principal: Principal,
  operation: RecordedOperation,
): Promise<WrittenRow[]> {
  const { conversationId, version, lastSeq, answer } = told(operation);
  if (conversationId === undefined || version === undefined) return [];
  const last = lastSeq ?? answer?.seq;
  const subject = actsForOthers(principal) ? null : principal.subject;
  const of = [String(principal.tenantId), conversationId, subject, operation.id];
  const messages =
    last === undefined
      ? []
      : await tx.run(
          `select seq::text, version::text, message_id as "messageId", role, status, error from holdfast.messages
          where tenant_id = $1::int and conversation_id = $2::uuid and ${IS_THEIRS} and operation_id = $4::uuid
            and seq <= $5::bigint and seq > $5::bigint - ${MOST_WRITTEN} order by seq limit ${MOST}`,
          [...of, last],
        );
  const steps = await tx.run(
    `select seq::text, version::text, status, error, steps::text from holdfast.answer_steps
    where tenant_id = $1::int and conversation_id = $2::uuid and ${IS_THEIRS} and operation_id = $4::uuid
      and version = $5::bigint`,
    [...of, version],
  );
  return [
    ...messages.map((row) => ({ table: "messages", row })),
    ...steps.map((row) => ({ table: "answer_steps", row })),
  ];
}

/** The operations of the answer that an operation opened or went on with: from its question to its end. */
export async function stepsOfAnswer(
  tx: Statements,
  principal: Principal,
  operation: RecordedOperation,
): Promise<readonly RecordedOperation[]> {
  const { conversationId, seq, answerId, answer } = told(operation);
  const at = answer?.seq ?? (answerId === undefined ? undefined : seq);
  if (conversationId === undefined || at === undefined) return [];
  const rows = await tx.run(
    `select ${RECORDED_COLUMNS} from holdfast.operations_of_answer($1::int, $2::uuid, $4::bigint, ${MOST}) as operation
    where ${IS_THEIRS}`,
    [String(principal.tenantId), conversationId, actsForOthers(principal) ? null : principal.subject, at],
  );
  return rows.map(recordedOf);
}
