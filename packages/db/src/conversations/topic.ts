import * as field from "../fields.ts";
import { actsForOthers } from "../principal.ts";
import { pgArray, type Row, textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import type { Change, Json, Topic } from "../write-path/topic.ts";
import type { ConversationChange, MessageStatus } from "./commands.ts";
import type { Step } from "./steps.ts";
import { MESSAGE_COLUMNS, viewOf } from "./views.ts";

const isId = (id: string): boolean => field.id.safeParse(id).success;

/**
 * Messages and what was said of answers, the next `limit` of each: together they hold the next `limit` versions. Messages come
 * by their seq, which rises with the version and is no larger, so the walk back to where the watcher is begins at `since` at most.
 */
const CHANGES_SINCE = `
  select found.* from unnest($2::uuid[], $3::bigint[]) as wanted(key, since) cross join lateral (
    select coalesce((
      select seq from holdfast.messages where tenant_id = $1::int and conversation_id = wanted.key
        and seq <= wanted.since and version <= wanted.since order by conversation_id desc, seq desc limit 1), 0) as seq
    offset 0) as known cross join lateral (
    select wanted.key::text as conversation_id, message.version::text, ${MESSAGE_COLUMNS}, message.generated, null as steps
    from holdfast.messages as message
    where tenant_id = $1::int and conversation_id = wanted.key and message.seq > known.seq
    order by message.conversation_id, message.seq limit $4::int) as found
  union all
  select found.* from unnest($2::uuid[], $3::bigint[]) as wanted(key, since) cross join lateral (
    select wanted.key::text, said.version::text, said.seq::text, null, null, null, null, said.status, said.error, null,
      null::boolean, said.steps::text
    from holdfast.answer_steps as said
    where tenant_id = $1::int and conversation_id = wanted.key and version > wanted.since
    order by said.conversation_id, said.version limit $4::int) as found`;

/** Watching a conversation is watching its messages, and an answer while it is being said. */
export const conversationTopic: Topic = {
  kind: "conversation",

  async versions(tx, principal, ids) {
    stayOnIndexes(tx);
    const rows = await tx.run(
      `select found.* from unnest($2::uuid[]) as wanted(key) cross join lateral (
        select id::text, version::text from holdfast.conversations
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
    stayOnIndexes(tx);
    const rows = await tx.run(CHANGES_SINCE, [
      String(tenantId),
      pgArray(wanted.map(({ id }) => id)),
      pgArray(wanted.map(({ since }) => since)),
      String(limit),
    ]);
    const changes = rows.map((row): Change => {
      const data = changeOf(row) as unknown as Json;
      return { id: textOf(row, "conversation_id"), version: BigInt(textOf(row, "version")), data };
    });
    changes.sort((a, b) => (a.id === b.id ? Number(a.version - b.version) : a.id < b.id ? -1 : 1));
    const told = new Map<string, number>();
    return changes.filter(({ id }) => {
      const before = told.get(id) ?? 0;
      told.set(id, before + 1);
      return before < limit;
    });
  },
};

function changeOf(row: Row): ConversationChange {
  if (row["steps"] === null) {
    const view = viewOf(row);
    // What became of an answer is told by the versions that follow, whatever its row says by now.
    const { error: _, ...asOpened } = view;
    return row["generated"] === true
      ? { kind: "message", ...asOpened, message: { ...view.message, parts: [] }, status: "streaming" }
      : { kind: "message", ...view };
  }
  const seq = textOf(row, "seq");
  const steps = JSON.parse(textOf(row, "steps")) as Step[];
  if (row["status"] === null) return { kind: "said", seq, steps };
  const status = textOf(row, "status") as MessageStatus;
  const error = row["error"];
  return { kind: "settled", seq, steps, status, ...(typeof error === "string" ? { error } : {}) };
}
