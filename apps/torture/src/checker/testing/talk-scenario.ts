import type { HeardEvent, HistoryEvent } from "../../history.ts";
import type { ConversationRow, HoldRow, MessageRow, SaidRow, Tables } from "../tables.ts";
import { find, type Row, SpoilableHistory } from "./spoilable-history.ts";
import type { TinyTables } from "./tiny-store.ts";

type Loose<T> = { -readonly [K in keyof T]: Loose<T[K]> };

/** A copy of a recorded history of conversations, to be spoilt in one place. */
export class TalkScenario extends SpoilableHistory {
  readonly #ids: ReadonlyMap<string, string>;

  constructor(events: readonly HistoryEvent[], tables: Tables, ids: ReadonlyMap<string, string>) {
    super(structuredClone([...events]), structuredClone(tables) as TinyTables);
    this.#ids = ids;
  }

  /** Of a wallet, a conversation or an answer. */
  id(name: string): string {
    return this.#ids.get(name) ?? "";
  }

  conversation(name = "hers"): Row<ConversationRow> {
    return find(this.tables.conversations, ({ id }) => id === this.id(name));
  }

  message(seq: number, name = "hers"): Row<MessageRow> {
    return find(
      this.tables.messages,
      (row) => row.conversationId === this.id(name) && row.seq === BigInt(seq),
    );
  }

  /** What an operation said of an answer. */
  said(key: string): Row<SaidRow> {
    const { id } = this.operation(key);
    return find(this.tables.said, ({ operationId }) => operationId === id);
  }

  hold(name: string): Row<HoldRow> {
    return find(this.tables.holds, ({ id }) => id === this.id(name));
  }

  /** What a watcher was told, message by message. */
  heard(watcher: number): { id: string; events: Loose<HeardEvent>[]; atMs: number }[] {
    return this.events.flatMap((event) =>
      event.type === "heard" && event.watcher === watcher
        ? [event as unknown as { id: string; events: Loose<HeardEvent>[]; atMs: number }]
        : [],
    );
  }

  /** Everything that a watcher was told, as if in one message. */
  heardAtOnce(watcher: number): { id: string; events: Loose<HeardEvent>[]; atMs: number } {
    const [first, ...more] = this.heard(watcher);
    if (first === undefined) throw new Error(`watcher ${watcher} heard nothing`);
    for (const message of more) {
      first.events = [...first.events, ...message.events];
      Object.assign(first, { id: message.id, atMs: message.atMs });
      this.events.splice(this.events.indexOf(message as unknown as HistoryEvent), 1);
    }
    return first;
  }
}
