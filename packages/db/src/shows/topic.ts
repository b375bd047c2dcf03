import * as field from "../fields.ts";
import { pgArray, textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import type { Change, Topic } from "../write-path/topic.ts";

const isId = (id: string): boolean => field.id.safeParse(id).success;

/** Watching a show is watching its seats; everybody of the tenant may, and nobody learns whose a seat is. */
export const showTopic: Topic = {
  kind: "show",

  async versions(tx, principal, ids) {
    stayOnIndexes(tx);
    const rows = await tx.run(
      `select found.* from unnest($2::uuid[]) as wanted(key) cross join lateral (
        select id::text, version::text from holdfast.shows where tenant_id = $1::int and id = wanted.key offset 0) as found`,
      [String(principal.tenantId), pgArray(ids.filter(isId))],
    );
    return new Map(rows.map((row) => [textOf(row, "id"), BigInt(textOf(row, "version"))]));
  },

  async changesSince(tx, tenantId, wanted, limit) {
    stayOnIndexes(tx);
    const rows = await tx.run(
      `select found.* from unnest($2::uuid[], $3::bigint[]) as wanted(key, since) cross join lateral (
        select show_id::text, version::text, status, array_to_string(seat_ids, E'\\x1f') as seat_ids
        from holdfast.show_changes as change
        where tenant_id = $1::int and show_id = wanted.key and version > wanted.since
        order by change.version limit $4::int) as found`,
      [
        String(tenantId),
        pgArray(wanted.map(({ id }) => id)),
        pgArray(wanted.map(({ since }) => since)),
        String(limit),
      ],
    );
    return rows.map((row): Change => {
      const id = textOf(row, "show_id");
      const version = textOf(row, "version");
      const data = {
        showId: id,
        version,
        status: textOf(row, "status"),
        seats: textOf(row, "seat_ids").split("\x1f"),
      };
      return { id, version: BigInt(version), data };
    });
  },
};
