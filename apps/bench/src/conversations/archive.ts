/** A message as it is sent: the AI SDK's `UIMessage`, of one text part. */
export interface Sent {
  readonly id: string;
  readonly role: "user";
  readonly parts: { readonly type: "text"; readonly text: string }[];
}

/** A way to keep chat histories on Postgres. */
export interface ArchiveContender {
  readonly name: string;
  /** One sentence: what it does for an append. */
  readonly description: string;
  /** Whether it writes the whole history each time, so that those who append to one wait for each other and for all of it. */
  readonly rewrites: boolean;
  /** Makes its tables anew. */
  setUp(url: string): Promise<Archive>;
}

/** One contender at work. Whatever it answers is durable; the same key again appends nothing again. */
export interface Archive {
  /** So many conversations with so many messages of history each; answers their ids. */
  fill(conversations: number, messages: number): Promise<string[]>;
  /** Answers the place that the message has now, counted from 1, where the contender tells it. */
  append(conversation: string, message: Sent, key: string): Promise<number | undefined>;
  /** What the tables say now: the ids of a conversation's messages in their order, and what its own checks find wrong. */
  idsOf(conversation: string): Promise<string[]>;
  findings(): Promise<readonly string[]>;
  /** The tables that an append writes, for their sizes. */
  readonly tables: readonly string[];
  close(): Promise<void>;
}

/** About as much as people write and more than a telephone shows; no two are alike, as Postgres would notice. */
const WORDS = 80;
let drawn = 0x9e3779b9;

/** A word of a few letters; cheap, for it is made while the clock runs. */
function word(): string {
  drawn ^= drawn << 13;
  drawn ^= drawn >>> 17;
  drawn ^= drawn << 5;
  return (drawn >>> 8).toString(36);
}

export function newMessage(id: string): Sent {
  return { id, role: "user", parts: [{ type: "text", text: Array.from({ length: WORDS }, word).join(" ") }] };
}

/** The id of a message of the history. */
export const idInHistory = (place: number): string => `before-${place}`;
