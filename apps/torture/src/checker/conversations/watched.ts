import { isDeepStrictEqual } from "node:util";
import type { Heard, HeardEvent, Left, Watching } from "../../history.ts";
import type { Case } from "../case.ts";
import { rowLine } from "../evidence.ts";
import type { Moments } from "../moments.ts";
import type { Findings, Invariant } from "../violation.ts";
import type { Version } from "./thread.ts";
import type { Transcript } from "./transcript.ts";

type WatcherEvent = Watching | Heard | Left;

/** A watcher is told to read anew when a thousand events wait for it; a few less may be of another topic. */
const LEAST_LEFT_OUT = 400;

/**
 * I8 for who watches: each later version once and in its order, whatever became of the connections, and with the content that
 * the tables have; in the end, all of them.
 */
export function checkWatchers(
  one: Case,
  transcripts: ReadonlyMap<string, Transcript>,
  moments: Moments,
  findings: Findings,
): void {
  for (const events of one.watchers.values()) new Watcher(one, transcripts, moments, findings).follow(events);
}

class Watcher {
  readonly #one: Case;
  readonly #transcripts: ReadonlyMap<string, Transcript>;
  readonly #moments: Moments;
  readonly #findings: Findings;
  /** The last version that it was told of each topic. */
  readonly #at = new Map<string, number | undefined>();
  #watching: Watching | undefined;
  readonly #before: WatcherEvent[] = [];

  constructor(one: Case, transcripts: ReadonlyMap<string, Transcript>, moments: Moments, findings: Findings) {
    this.#one = one;
    this.#transcripts = transcripts;
    this.#moments = moments;
    this.#findings = findings;
  }

  follow(events: readonly WatcherEvent[]): void {
    for (const event of events) {
      this.#before.push(event);
      if (event.type === "watching") this.#takeUp(event);
      else if (event.type === "left") this.#leave(event);
      else if (!this.#hear(event)) return;
    }
  }

  #takeUp(event: Watching): void {
    const isFirst = this.#watching === undefined;
    this.#watching = event;
    if (!isFirst) return;
    for (const { id, since } of event.topics)
      this.#at.set(id, since === undefined ? undefined : Number(since));
  }

  /** Whether it is worth listening on: what follows a mistake would only say it again. */
  #hear({ id, events, atMs }: Heard): boolean {
    for (const event of events) if (!this.#isNext(event, atMs)) return false;
    const known = [...this.#at.values()].map((at) => at ?? "-").join(".");
    if (id === known) return true;
    return this.#wrong("I8", "a message with the id of another", `${id} instead of ${known}`);
  }

  #isNext(event: HeardEvent, atMs: number): boolean {
    const { id } = event.topic;
    const version = Number(event.version);
    const at = this.#at.get(id);
    const transcript = this.#transcripts.get(id);
    const detail = `version ${event.version} of conversation ${id} after ${at}`;
    if (!this.#at.has(id) || !this.#maySee(transcript))
      return this.#wrong("I10", "a watcher was told of what it may not see", detail);
    this.#at.set(id, version);
    if (transcript?.thread.sound !== true) return true;
    if (version > this.#moments.latest(id, atMs))
      return this.#wrong("I9", "a watcher was told of what nobody had asked for yet", detail);
    if (event.type === "reset") {
      const known = this.#moments.known(id, this.#watching?.atMs ?? 0);
      if (at !== undefined && version - at < LEAST_LEFT_OUT)
        return this.#wrong("I8", "a watcher that had missed little was told to read anew", detail);
      return version >= known || this.#wrong("I9", "a stale reset", `${detail}, and ${known} was known`);
    }
    if (at === undefined)
      return this.#wrong("I8", "a watcher was told of a change before the version it follows", detail);
    if (version <= at) return this.#wrong("I8", "a watcher was told of a version again", detail);
    if (version > at + 1) return this.#wrong("I8", "a watcher was not told of a version", detail);
    const row = transcript.thread.versions[version - 1];
    const meant = row && changeOf(row);
    if (isDeepStrictEqual(event.data, meant)) return true;
    return this.#wrong("I8", "a watcher was told of something else", `${detail}: ${JSON.stringify(meant)}`);
  }

  #maySee(transcript: Transcript | undefined): boolean {
    const { role, subject } = this.#watching?.caller ?? { role: "user", subject: "" };
    return transcript !== undefined && (role !== "user" || transcript.ownerId === subject);
  }

  #leave({ reason, code }: Left): void {
    for (const [id, at] of this.#at) {
      const thread = this.#one.threads.get(id);
      const detail = `conversation ${id}: ${at} of ${thread?.versions.length}`;
      const mayNot = !this.#maySee(this.#transcripts.get(id));
      if (mayNot || thread?.sound !== true) continue;
      if (reason === "finished" && at !== thread.versions.length)
        this.#wrong("I8", "a watcher never heard of the last versions", detail);
      const isKnown = this.#moments.known(id, this.#watching?.atMs ?? 0) >= 0;
      const foreign = [...this.#at.keys()].some((other) => !this.#maySee(this.#transcripts.get(other)));
      if (code === "NOT_FOUND" && isKnown && !foreign)
        this.#wrong("I9", "told as missing what somebody had been told of", detail);
    }
    if (code === "BAD_REQUEST")
      this.#wrong("I8", "a watcher was refused with the id that it was given", code);
    if (code === "INTERNAL") this.#wrong("I12", "a server met what nobody expected, and said INTERNAL", code);
  }

  #wrong(invariant: Invariant, rule: string, detail: string): false {
    const number = this.#watching?.watcher;
    this.#findings.add(invariant, rule, `watcher ${number}: ${detail}`, () => [
      rowLine("history", this.#watching),
      ...this.#before.slice(-4).map((event) => rowLine("history", event)),
    ]);
    return false;
  }
}

/** A version as a watcher is told of it. Of an answer, first that it has begun, whatever has become of it by now. */
function changeOf({ message, said }: Version): object | undefined {
  if (said !== undefined) {
    const { seq, steps, status, error } = said;
    if (status === null) return { kind: "said", seq: `${seq}`, steps };
    return { kind: "settled", seq: `${seq}`, steps, status, ...(error === null ? {} : { error }) };
  }
  if (message === undefined) return undefined;
  const { seq, messageId: id, role, metadata, parts, status, error, generated, createdAt } = message;
  const place = { kind: "message", seq: `${seq}`, createdAt };
  if (generated) return { ...place, message: { id, role, parts: [] }, status: "streaming" };
  const content = { id, role, ...(metadata === null ? {} : { metadata }), parts };
  return { ...place, message: content, status, ...(error === null ? {} : { error }) };
}
