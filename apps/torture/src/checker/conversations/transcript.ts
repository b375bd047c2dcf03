import type { Story } from "../case.ts";
import { countWhile } from "../count-while.ts";
import type { MessageRow } from "../tables.ts";
import { addUp } from "./parts.ts";
import type { Thread } from "./thread.ts";

/** What is left of the credit that was set aside for an answer. */
export interface Meter {
  readonly amount: bigint;
  readonly captured: bigint;
  readonly expiresAtMs: number;
  readonly isOpen: boolean;
}

export interface AnswerUnderWay {
  readonly id: string;
  readonly seq: number;
  /** By the database's clock. */
  readonly leaseUntilMs: number;
  /** Undefined when nobody pays. */
  readonly meter: Meter | undefined;
}

/** A conversation after an operation. */
export interface State {
  readonly version: number;
  readonly lastSeq: number;
  readonly answer: AnswerUnderWay | undefined;
  readonly waiting: { readonly walletId: string | undefined } | undefined;
}

export interface KnownMessage {
  readonly seq: number;
  readonly content: string;
}

/** A success on a conversation: one that wrote rows made its version, any other came upon it. */
export interface Scene {
  readonly story: Story;
  readonly version: number;
}

/** All successes on a conversation in their order, and how it stood after each that changed it. */
export class Transcript {
  readonly id: string;
  readonly ownerId: string;
  readonly title: string | null;
  readonly thread: Thread;
  readonly scenes: Scene[] = [];
  /** After its creation, and after each operation that changed it. */
  readonly states: { readonly state: State; readonly story: Story }[] = [];
  readonly #known = new Map<string, KnownMessage & { readonly version: number }>();

  constructor(thread: Thread, ownerId: string, title: string | null) {
    this.id = thread.id;
    this.ownerId = ownerId;
    this.title = title;
    this.thread = thread;
  }

  get state(): State {
    return this.states.at(-1)?.state ?? { version: 0, lastSeq: 0, answer: undefined, waiting: undefined };
  }

  learn(messageId: string, message: KnownMessage, version: number): void {
    if (!this.#known.has(messageId)) this.#known.set(messageId, { ...message, version });
  }

  /** A message with this id that was there at a version. */
  known(messageId: string, version: number): KnownMessage | undefined {
    const known = this.#known.get(messageId);
    return known !== undefined && known.version <= version ? known : undefined;
  }

  /** How it stood at a version; undefined for a version that was within an operation and nobody can have seen. */
  stateAt(version: number): State | undefined {
    const { states } = this;
    const found = states[countWhile(states.length, (at) => (states[at]?.state.version ?? 0) <= version) - 1];
    return found?.state.version === version ? found.state : undefined;
  }

  statesBetween(first: number, last: number): State[] {
    return this.states.map(({ state }) => state).filter(({ version }) => version >= first && version <= last);
  }

  /** The steps of an answer by a version. */
  saidOf(seq: number, version: number): readonly unknown[] {
    const said = this.thread.said.get(BigInt(seq)) ?? [];
    return said.filter((one) => one.version <= version).flatMap(({ steps }) => steps);
  }

  /** A message as it was at a version. */
  messageAt(seq: number, version: number): SeenMessage | undefined {
    const row = this.thread.messages[seq - 1];
    if (row === undefined || row.version > version) return undefined;
    const { messageId: id, role, metadata, createdAt } = row;
    const about = { id, role, ...(metadata === null ? {} : { metadata }) };
    if (!row.generated)
      return {
        row,
        message: { ...about, parts: row.parts },
        status: row.status,
        error: row.error,
        createdAt,
      };
    const said = (this.thread.said.get(row.seq) ?? []).filter((one) => one.version <= version);
    const [parts, last] = [addUp(said.flatMap(({ steps }) => steps)), said.at(-1)];
    const [status, error] = [last?.status ?? "streaming", last?.error ?? null];
    return { row, message: { ...about, parts }, status, error, createdAt };
  }
}

export interface SeenMessage {
  readonly row: MessageRow;
  readonly message: { readonly id: string; readonly role: string; readonly parts: readonly unknown[] };
  readonly status: string;
  readonly error: string | null;
  readonly createdAt: string;
}
