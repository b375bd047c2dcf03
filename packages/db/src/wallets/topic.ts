import * as field from "../fields.ts";
import { actsForOthers } from "../principal.ts";
import { pgArray, textOf } from "../statements.ts";
import type { Change, Topic } from "../write-path/topic.ts";

const isId = (id: string): boolean => field.id.safeParse(id).success;

/** Watching a wallet is watching its entries. */
export const walletTopic: Topic = {
  kind: "wallet",

  async versions(tx, principal, ids) {
    const rows = await tx.run(
      `select found.* from unnest($2::uuid[]) as wanted(key) cross join lateral (
        select id::text, version::text from holdfast.wallets
        where tenant_id = $1::int and id = wanted.key and ($3::text is null or owner_id = $3::text) offset 0) as found`,
      [
        String(principal.tenantId),
        pgArray(ids.filter(isId)),
        actsForOthers(principal) ? null : principal.subject,
      ],
    );
    return new Map(rows.map((row) => [textOf(row, "id"), BigInt(textOf(row, "version"))]));
  },

  async changesSince(tx, tenantId, wanted, limit) {
    const rows = await tx.run(
      `select found.* from unnest($2::uuid[], $3::bigint[]) as wanted(key, since) cross join lateral (
        select wallet_id::text, version::text, operation_id::text, amount::text, held_change::text,
          balance_after::text, held_after::text
        from holdfast.entries as entry
        where tenant_id = $1::int and wallet_id = wanted.key and version > wanted.since
        order by entry.version limit $4::int) as found`,
      [
        String(tenantId),
        pgArray(wanted.map(({ id }) => id)),
        pgArray(wanted.map(({ since }) => since)),
        String(limit),
      ],
    );
    return rows.map((row): Change => {
      const [balance, held] = [textOf(row, "balance_after"), textOf(row, "held_after")];
      const id = textOf(row, "wallet_id");
      const version = textOf(row, "version");
      const data = {
        walletId: id,
        balance,
        held,
        available: `${BigInt(balance) - BigInt(held)}`,
        version,
        amount: textOf(row, "amount"),
        heldChange: textOf(row, "held_change"),
        operationId: textOf(row, "operation_id"),
      };
      return { id, version: BigInt(version), data };
    });
  },
};
