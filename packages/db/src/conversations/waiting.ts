import type { Principal } from "../principal.ts";
import { textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import { type Reader, textOrNull } from "./queries.ts";

/** A conversation with messages that wait for an answer while none is under way. */
export interface WaitingConversation {
  readonly conversationId: string;
  /** Who pays, as `conversations.answer` takes it. */
  readonly walletId: string | null;
}

const NOBODY: Principal = { tenantId: 0, subject: "system:holdfast", role: "service" };
/** So many at a time; the others are found the next time. */
const MAX_WAITING = 100;

/** The tenants in which something waits: row-level security shows a transaction the rows of its own tenant alone. */
export async function listWaitingTenants(db: Reader): Promise<number[]> {
  const rows = await db.read(NOBODY, (tx) =>
    tx.run("select tenant_id::text from holdfast.waiting_tenants() as waiting (tenant_id)"),
  );
  return rows.map((row) => Number(textOf(row, "tenant_id")));
}

/**
 * What waits in the principal's tenant, or whether one conversation does. Whoever opens an answer to it by
 * `conversations.answer` may find that somebody else was first, and is refused then.
 */
export async function listWaiting(
  db: Reader,
  principal: Principal,
  conversationId?: string,
): Promise<WaitingConversation[]> {
  const rows = await db.read(principal, (tx) => {
    stayOnIndexes(tx);
    return tx.run(
      `select id::text, waiting_wallet_id::text from holdfast.conversations
      where tenant_id = $1::int and waiting and answer_lease_until is null and ($2::uuid is null or id = $2::uuid)
      order by tenant_id, id limit $3::int`,
      [String(principal.tenantId), conversationId ?? null, String(MAX_WAITING)],
    );
  });
  return rows.map((row) => ({
    conversationId: textOf(row, "id"),
    walletId: textOrNull(row, "waiting_wallet_id"),
  }));
}
