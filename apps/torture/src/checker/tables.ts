import postgres from "postgres";

/** The final tables, as plain values: what the checker compares the history with. */
export interface Tables {
  readonly wallets: readonly WalletRow[];
  readonly operations: readonly OperationRow[];
  readonly entries: readonly EntryRow[];
  readonly holds: readonly HoldRow[];
  readonly shows: readonly ShowRow[];
  readonly seats: readonly SeatRow[];
  readonly reservations: readonly ReservationRow[];
  readonly showChanges: readonly ShowChangeRow[];
  readonly conversations: readonly ConversationRow[];
  readonly messages: readonly MessageRow[];
  readonly said: readonly SaidRow[];
}

export interface WalletRow {
  readonly tenantId: number;
  readonly id: string;
  readonly ownerId: string;
  readonly currency: string;
  readonly balance: bigint;
  readonly held: bigint;
  readonly minBalance: bigint;
  readonly version: bigint;
}

export interface OperationRow {
  readonly tenantId: number;
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: string;
  /** Such as "user:ada". */
  readonly caller: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly outcome: {
    readonly ok: boolean;
    readonly data?: unknown;
    readonly code?: string;
    readonly details?: unknown;
  };
  readonly createdAtMs: number;
}

export interface EntryRow {
  readonly tenantId: number;
  readonly walletId: string;
  readonly version: bigint;
  readonly operationId: string;
  readonly amount: bigint;
  readonly heldChange: bigint;
  readonly balanceAfter: bigint;
  readonly heldAfter: bigint;
}

export interface HoldRow {
  readonly tenantId: number;
  readonly id: string;
  readonly walletId: string;
  readonly operationId: string;
  readonly amount: bigint;
  readonly captured: bigint;
  readonly status: string;
  readonly expiresAtMs: number;
}

export interface ShowRow {
  readonly tenantId: number;
  readonly id: string;
  readonly name: string;
  readonly startsAtMs: number | null;
  readonly walletId: string | null;
  /** As it is stored: JSON. */
  readonly layout: string;
  readonly holdSeconds: number;
  readonly maxHoldSeconds: number;
  readonly capacity: number;
  readonly held: number;
  readonly sold: number;
  readonly version: bigint;
  readonly operationId: string;
}

export interface SeatRow {
  readonly tenantId: number;
  readonly showId: string;
  readonly id: string;
  readonly status: string;
  readonly reservationId: string | null;
}

export interface ReservationRow {
  readonly tenantId: number;
  readonly id: string;
  readonly showId: string;
  readonly customerId: string;
  readonly seatIds: readonly string[];
  readonly price: bigint;
  readonly status: string;
  readonly heldSinceMs: number;
  readonly expiresAtMs: number;
  /** Hexadecimal digits. */
  readonly tokenHash: string;
  readonly operationId: string;
}

export interface ShowChangeRow {
  readonly tenantId: number;
  readonly showId: string;
  readonly version: bigint;
  readonly operationId: string;
  readonly reservationId: string;
  readonly status: string;
  readonly seatIds: readonly string[];
}

export interface ConversationRow {
  readonly tenantId: number;
  readonly id: string;
  readonly ownerId: string;
  readonly title: string | null;
  readonly lastSeq: bigint;
  readonly version: bigint;
  readonly answerId: string | null;
  readonly answerSeq: bigint | null;
  readonly answerPaid: boolean | null;
  readonly waiting: boolean;
  readonly waitingWalletId: string | null;
  /** As it is told: ISO 8601. */
  readonly createdAt: string;
  readonly operationId: string;
}

export interface MessageRow {
  readonly tenantId: number;
  readonly conversationId: string;
  readonly seq: bigint;
  readonly messageId: string;
  readonly role: string;
  readonly metadata: unknown;
  readonly parts: readonly unknown[];
  readonly status: string;
  readonly error: string | null;
  readonly generated: boolean;
  readonly version: bigint;
  readonly createdAt: string;
  readonly operationId: string;
}

/** What was said of an answer at a version; the last has the status in which it ended. */
export interface SaidRow {
  readonly tenantId: number;
  readonly conversationId: string;
  readonly version: bigint;
  readonly seq: bigint;
  readonly steps: readonly unknown[];
  readonly status: string | null;
  readonly error: string | null;
  readonly operationId: string;
}

const CREATED_AT = `to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Reads these tenants, or all, in one snapshot, as a superuser: the checker trusts no policy and no code of Holdfast's. */
export async function readTables(url: string, tenants?: readonly number[]): Promise<Tables> {
  const sql = postgres(url, { max: 1, fetch_types: false, types: { bigint: postgres.BigInt } });
  try {
    return await sql.begin("isolation level repeatable read read only", async (tx) => {
      const asked = tenants === undefined ? tx`` : tx`where tenant_id in ${tx(tenants)}`;
      return {
        wallets: await tx<WalletRow[]>`
        select tenant_id as "tenantId", id, owner_id as "ownerId", currency, credit_balance as balance, held,
          min_balance as "minBalance", version from holdfast.wallets ${asked}`,
        operations: await tx<OperationRow[]>`
        select tenant_id as "tenantId", id, idempotency_key as "idempotencyKey", kind, caller, input, outcome,
          (extract(epoch from created_at) * 1000)::float8 as "createdAtMs" from holdfast.operations ${asked}`,
        entries: await tx<EntryRow[]>`
        select tenant_id as "tenantId", wallet_id as "walletId", version, operation_id as "operationId", amount,
          held_change as "heldChange", balance_after as "balanceAfter", held_after as "heldAfter" from holdfast.entries ${asked}`,
        holds: await tx<HoldRow[]>`
        select tenant_id as "tenantId", id, wallet_id as "walletId", operation_id as "operationId", amount, captured,
          status, (extract(epoch from expires_at) * 1000)::float8 as "expiresAtMs" from holdfast.holds ${asked}`,
        shows: await tx<ShowRow[]>`
        select tenant_id as "tenantId", id, name, (extract(epoch from starts_at) * 1000)::float8 as "startsAtMs",
          wallet_id as "walletId", layout::text, hold_seconds as "holdSeconds", max_hold_seconds as "maxHoldSeconds", capacity,
          held, sold, version, operation_id as "operationId" from holdfast.shows ${asked}`,
        seats: await tx<SeatRow[]>`
        select tenant_id as "tenantId", show_id as "showId", id, status, reservation_id as "reservationId"
        from holdfast.seats ${asked}`,
        reservations: await tx<ReservationRow[]>`
        select tenant_id as "tenantId", id, show_id as "showId", customer_id as "customerId", to_json(seat_ids) as "seatIds",
          price, status, (extract(epoch from held_since) * 1000)::float8 as "heldSinceMs",
          (extract(epoch from expires_at) * 1000)::float8 as "expiresAtMs", encode(token_hash, 'hex') as "tokenHash",
          operation_id as "operationId" from holdfast.reservations ${asked}`,
        showChanges: await tx<ShowChangeRow[]>`
        select tenant_id as "tenantId", show_id as "showId", version, operation_id as "operationId",
          reservation_id as "reservationId", status, to_json(seat_ids) as "seatIds" from holdfast.show_changes ${asked}`,
        conversations: await tx<ConversationRow[]>`
        select tenant_id as "tenantId", id, owner_id as "ownerId", title, last_seq as "lastSeq", version,
          answer_id as "answerId", answer_seq as "answerSeq", answer_paid as "answerPaid", waiting,
          waiting_wallet_id as "waitingWalletId", ${tx.unsafe(CREATED_AT)} as "createdAt", operation_id as "operationId"
        from holdfast.conversations ${asked}`,
        messages: await tx<MessageRow[]>`
        select tenant_id as "tenantId", conversation_id as "conversationId", seq, message_id as "messageId", role, metadata,
          parts, status, error, generated, version, ${tx.unsafe(CREATED_AT)} as "createdAt", operation_id as "operationId"
        from holdfast.messages ${asked}`,
        said: await tx<SaidRow[]>`
        select tenant_id as "tenantId", conversation_id as "conversationId", version, seq, steps, status, error,
          operation_id as "operationId" from holdfast.answer_steps ${asked}`,
      };
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}
