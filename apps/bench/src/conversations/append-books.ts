import { idInHistory } from "./archive.ts";

/** What writers were told, kept beside the tables: a message that was lost is found however fast it was lost. */
export class AppendBooks {
  /** By conversation: the places that were told, by message id; undefined where none is told. */
  readonly #appended = new Map<string, Map<string, number | undefined>>();
  readonly #history: number;
  #count = 0;

  constructor(history: number) {
    this.#history = history;
  }

  readonly appended = (conversation: string, id: string, place: number | undefined): void => {
    const of = this.#appended.get(conversation) ?? new Map<string, number | undefined>();
    this.#appended.set(conversation, of.set(id, place));
    this.#count++;
  };

  get count(): number {
    return this.#count;
  }

  /** What a conversation's messages differ from; nothing, when the history is there and after it each message once. */
  differences(conversation: string, ids: readonly string[]): string[] {
    const told = this.#appended.get(conversation) ?? new Map<string, number | undefined>();
    const history = ids.slice(0, this.#history);
    const since = ids.slice(this.#history);
    const places = new Map(since.map((id, at) => [id, this.#history + at + 1]));
    const isKept = history.length === this.#history && new Set(history).size === history.length;
    const lost = [...told.keys()].filter((id) => !places.has(id)).length;
    const strange = since.filter((id) => !told.has(id)).length;
    const moved = [...told].filter(
      ([id, place]) => place !== undefined && places.has(id) && places.get(id) !== place,
    ).length;
    const doubled = since.length - places.size;
    return [
      ...(isKept && history.every((id) => id.startsWith(HISTORY)) ? [] : ["the history is not what it was"]),
      ...(lost > 0 ? [`${lost} of ${told.size} messages are lost`] : []),
      ...(doubled > 0 ? [`${doubled} messages are there twice`] : []),
      ...(strange > 0 ? [`${strange} messages were never sent`] : []),
      ...(moved > 0 ? [`${moved} messages stand elsewhere than was told`] : []),
    ].map((what) => `conversation ${conversation}: ${what}`);
  }
}

const HISTORY = idInHistory(0).slice(0, -1);
