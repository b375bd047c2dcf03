/** What one piece of a stream says; shared by all who were sent the same bytes. */
export interface Told {
  /** Versions in the order in which they were told; a reset to version n is told as `-n - 1`. */
  readonly versions: readonly number[];
  /** Whether these are changes that follow each other. */
  readonly isRun: boolean;
  readonly connected: boolean;
  /** An error that ends the stream. */
  readonly error?: string;
}

const END = 10;
const REMEMBERED = 512;
/** The end of a message holds its id, which differs from version to version. */
const TAIL = 32;

/**
 * Reads server-sent events for very many subscribers of one topic. Most are sent the very same bytes: those are parsed once, and
 * compared for everybody else, so that a process that reads for thousands takes little of the machine from the server it measures.
 */
export class MessageReader {
  readonly #topicId: string;
  readonly #known = new Map<string, { bytes: Buffer; told: Told }>();

  constructor(topicId: string) {
    this.#topicId = topicId;
  }

  /** Whole messages. */
  read(bytes: Buffer): Told {
    const key = `${bytes.length} ${bytes.toString("latin1", Math.max(0, bytes.length - TAIL))}`;
    const known = this.#known.get(key);
    if (known?.bytes.equals(bytes)) return known.told;
    const told = this.#parse(bytes.toString("utf8"));
    // A part of a larger buffer would keep all of that alive.
    this.#known.set(key, { bytes: Buffer.from(bytes), told });
    if (this.#known.size > REMEMBERED) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return told;
  }

  #parse(text: string): Told {
    const versions: number[] = [];
    let connected = false;
    let error: string | undefined;
    for (const message of text.split("\n\n")) {
      const fields = new Map(
        message
          .split("\n")
          .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
      );
      const event = fields.get("event");
      const data = fields.get("data");
      if (event === "connected") connected = true;
      else if (event === "serialized-error") error = data ?? event;
      else if (event === undefined && data !== undefined) {
        const events = JSON.parse(data) as {
          type: string;
          topic: { kind: string; id: string };
          version: string;
        }[];
        for (const { type, topic, version } of events) {
          if (topic.kind !== "show" || topic.id !== this.#topicId)
            error = `told of ${topic.kind} ${topic.id}`;
          versions.push(type === "change" ? Number(version) : -Number(version) - 1);
        }
        // Whoever comes back with the id goes on from there, so it has to be the last version told.
        const id = fields.get("id");
        if (id !== events.at(-1)?.version) error = `the id of version ${events.at(-1)?.version} is ${id}`;
      }
    }
    const [first = 0] = versions;
    return {
      versions,
      isRun: versions.length > 0 && first > 0 && versions.every((version, at) => version === first + at),
      connected,
      ...(error === undefined ? {} : { error }),
    };
  }
}

/** Where the last whole message of some bytes ends; 0 when there is none. */
export function endOfMessages(bytes: Buffer): number {
  for (let at = bytes.length - 1; at > 0; at = bytes.lastIndexOf(END, at - 1)) {
    if (bytes[at] === END && bytes[at - 1] === END) return at + 1;
  }
  return 0;
}
