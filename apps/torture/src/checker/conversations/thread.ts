import { groupBy } from "../group-by.ts";
import type { ConversationRow, MessageRow, SaidRow, Tables } from "../tables.ts";

/** What one version of a conversation is: a message, or what was said of an answer. */
export interface Version {
  readonly version: bigint;
  readonly operationId: string;
  readonly message?: MessageRow;
  readonly said?: SaidRow;
}

/** A conversation's row, its messages by seq, and everything that made a version of it, oldest first. */
export interface Thread {
  readonly id: string;
  readonly row: ConversationRow | undefined;
  readonly messages: readonly MessageRow[];
  readonly versions: readonly Version[];
  /** What was said of each answer, by its seq, oldest first. */
  readonly said: ReadonlyMap<bigint, readonly SaidRow[]>;
  /** Whether its versions and seqs have neither gap nor double. What stands on the others would only say so again. */
  sound: boolean;
}

export function openThreads(
  tables: Pick<Tables, "conversations" | "messages" | "said">,
): ReadonlyMap<string, Thread> {
  const rows = new Map(tables.conversations.map((row) => [row.id, row]));
  const messages = groupBy(tables.messages, ({ conversationId }) => conversationId);
  const said = groupBy(tables.said, ({ conversationId }) => conversationId);
  const ids = new Set([...rows.keys(), ...messages.keys(), ...said.keys()]);
  return new Map(
    [...ids].map((id): [string, Thread] => {
      const written = (messages.get(id) ?? []).toSorted((a, b) => (a.seq < b.seq ? -1 : 1));
      const spoken = (said.get(id) ?? []).toSorted(byVersion);
      const versions = [
        ...written.map((message): Version => ({ ...madeBy(message), message })),
        ...spoken.map((row): Version => ({ ...madeBy(row), said: row })),
      ].sort(byVersion);
      const bySeq = groupBy(spoken, ({ seq }) => seq);
      return [id, { id, row: rows.get(id), messages: written, versions, said: bySeq, sound: true }];
    }),
  );
}

const byVersion = (a: { version: bigint }, b: { version: bigint }): number =>
  a.version < b.version ? -1 : 1;
const madeBy = ({
  version,
  operationId,
}: MessageRow | SaidRow): Pick<Version, "version" | "operationId"> => ({
  version,
  operationId,
});
