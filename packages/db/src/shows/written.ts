import { actsForOthers, type Principal } from "../principal.ts";
import type { Statements } from "../statements.ts";
import type { RecordedOperation, WrittenRow } from "../write-path/feature.ts";

/** The changes of seats of an operation, and its reservation as it is now; users see reservations of their own. */
export async function writtenByShows(
  tx: Statements,
  principal: Principal,
  { id, outcome }: RecordedOperation,
): Promise<WrittenRow[]> {
  const data = outcome.ok ? (outcome.data as Readonly<Record<string, unknown>>) : {};
  const { showId, showVersion, reservationId } = data;
  if (typeof showId !== "string" || typeof showVersion !== "string") return [];
  const tenant = String(principal.tenantId);
  // One operation makes two versions at most: it frees seats, or holds them again, before it does what it was asked for.
  const changes = await tx.run(
    `select show_id::text as "showId", version::text, status, array_to_string(seat_ids, ', ') as seats,
      reservation_id::text as "reservationId"
    from holdfast.show_changes where tenant_id = $1::int and show_id = $2::uuid
      and version between $3::bigint - 1 and $3::bigint and operation_id = $4::uuid order by version`,
    [tenant, showId, showVersion, id],
  );
  const reservations =
    typeof reservationId === "string"
      ? await tx.run(
          `select id::text as "reservationId", customer_id as "customerId", status, array_to_string(seat_ids, ', ') as seats,
            price::text, to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "expiresAt"
          from holdfast.reservations where tenant_id = $1::int and id = $2::uuid
            and ($3::text is null or customer_id = $3::text)`,
          [tenant, reservationId, actsForOthers(principal) ? null : principal.subject],
        )
      : [];
  return [
    ...changes.map((row) => ({ table: "show_changes", row })),
    ...reservations.map((row) => ({ table: "reservations", row })),
  ];
}
