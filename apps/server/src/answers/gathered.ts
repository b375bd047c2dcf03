import type { Part, Step } from "@holdfast/db";
import type { UIMessageChunk } from "ai";

/** Steps name their part by a number up to this one. */
const MAX_AT = 999;
/** An answer larger than this could not be moved into another conversation. */
const MAX_CHARACTERS = 200_000;
/** One step appends so much at most; a provider may send a whole answer at once. */
const MAX_APPEND = 50_000;

/** What was said is larger than a message may be. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
}

/**
 * An answer on its way from the model to the database: chunks of the AI SDK's stream go in, steps come out, each of which says
 * only what is new. The parts that they add up to are those that the SDK makes of the chunks, but for the `state` of a text: its
 * end would have to be told by repeating all of it.
 */
export class Gathered {
  /** Characters of words so far, reasoning included: what the model has said, as far as one can tell before it has counted. */
  characters = 0;
  /** Characters of all that is to be stored. */
  #size = 0;
  /** How many parts there are. */
  #length = 0;
  /** Where the text or the reasoning with an id of the stream stands; known from its first word on. */
  readonly #open = new Map<string, number>();
  /** Half of a character whose other half is still to come. */
  readonly #half = new Map<string, string>();
  readonly #tools = new Map<string, { readonly at: number; part: Part }>();
  /** New since `take`, by where the part stands. */
  #news = new Map<number, { part?: Part; append: string }>();

  get isEmpty(): boolean {
    return this.#news.size === 0;
  }

  /** What is new since the last time. */
  take(): Step[] {
    const steps: Step[] = [];
    for (const [at, { part, append }] of this.#news) {
      if (part !== undefined) steps.push({ at, part });
      for (let from = 0; from < append.length; from += MAX_APPEND)
        steps.push({ at, append: append.slice(from, from + MAX_APPEND) });
    }
    this.#news = new Map();
    return steps;
  }

  /** @throws AnswerTooLarge, and has then gathered what came before. */
  add(chunk: UIMessageChunk): void {
    switch (chunk.type) {
      case "text-delta":
        this.#append("text", chunk.id, chunk.delta);
        return;
      case "reasoning-delta":
        this.#append("reasoning", chunk.id, chunk.delta);
        return;
      case "text-end":
        this.#close("text", chunk.id);
        return;
      case "reasoning-end":
        this.#close("reasoning", chunk.id);
        return;
      case "start-step":
        this.#put(this.#next(), { type: "step-start" });
        return;
      case "file":
      case "source-url":
      case "source-document":
        this.#put(this.#next(), { ...chunk });
        return;
      case "tool-input-start":
        this.#tool(chunk.toolCallId, { ...callOf(chunk), state: "input-streaming" });
        return;
      case "tool-input-available":
        this.#tool(chunk.toolCallId, {
          ...callOf(chunk),
          state: "input-available",
          input: chunk.input,
        });
        return;
      case "tool-input-error":
        this.#tool(chunk.toolCallId, {
          ...callOf(chunk),
          state: "output-error",
          [chunk.dynamic ? "input" : "rawInput"]: chunk.input,
          errorText: chunk.errorText,
        });
        return;
      case "tool-output-available":
        this.#tool(chunk.toolCallId, {
          state: "output-available",
          output: chunk.output,
          ...(chunk.preliminary === undefined ? {} : { preliminary: chunk.preliminary }),
        });
        return;
      case "tool-output-error":
        this.#tool(chunk.toolCallId, { state: "output-error", errorText: chunk.errorText });
        return;
      case "tool-output-denied":
        this.#tool(chunk.toolCallId, { state: "output-denied" });
        return;
      case "tool-approval-request":
        this.#tool(chunk.toolCallId, {
          state: "approval-requested",
          approval: { id: chunk.approvalId },
        });
        return;
      default:
        if (chunk.type.startsWith("data-") && "data" in chunk && !chunk.transient) this.#data(chunk);
    }
  }

  #append(type: "text" | "reasoning", id: string, delta: string): void {
    const name = `${type}-${id}`;
    const { whole, half } = storable((this.#half.get(name) ?? "") + delta);
    this.#half.set(name, half);
    if (whole === "") return;
    this.#count(whole.length);
    this.characters += whole.length;
    // A part begins with its first word: one without words is no part, and would be counted by those after it.
    let at = this.#open.get(name);
    if (at === undefined) {
      at = this.#next();
      this.#open.set(name, at);
      if (type === "reasoning") this.#newsAt(at).part = { type, text: "" };
    }
    this.#newsAt(at).append += whole;
  }

  #close(type: "text" | "reasoning", id: string): void {
    this.#open.delete(`${type}-${id}`);
    this.#half.delete(`${type}-${id}`);
  }

  /** A tool's part has what was told of its call so far. */
  #tool(toolCallId: string, more: Record<string, unknown>): void {
    const known = this.#tools.get(toolCallId);
    const at = known?.at ?? this.#next();
    const part = { type: "dynamic-tool", ...known?.part, toolCallId, ...more };
    this.#tools.set(toolCallId, { at, part });
    this.#put(at, part);
  }

  /** Data with an id replaces what came under that id before. */
  #data({ type, id, data }: { type: string; id?: string; data: unknown }): void {
    const name = `${type}\0${id}`;
    const at = (id === undefined ? undefined : this.#open.get(name)) ?? this.#next();
    if (id !== undefined) this.#open.set(name, at);
    this.#put(at, { type, ...(id === undefined ? {} : { id }), data });
  }

  #put(at: number, part: Part): void {
    const clean = JSON.stringify(part, (_, value) =>
      typeof value === "string" ? storable(value).whole : value,
    );
    this.#count(clean.length);
    const news = this.#newsAt(at);
    news.part = JSON.parse(clean) as Part;
    news.append = "";
  }

  #newsAt(at: number): { part?: Part; append: string } {
    const news = this.#news.get(at) ?? { append: "" };
    this.#news.set(at, news);
    return news;
  }

  #next(): number {
    if (this.#length > MAX_AT) throw new AnswerTooLarge();
    return this.#length++;
  }

  #count(characters: number): void {
    if (this.#size + characters > MAX_CHARACTERS) throw new AnswerTooLarge();
    this.#size += characters;
  }
}

/** What a chunk says of the call of a tool. */
function callOf(chunk: Extract<UIMessageChunk, { type: `tool-input-${string}`; toolName: string }>) {
  const { toolName, dynamic, title, providerExecuted, providerMetadata, toolMetadata } = chunk;
  return {
    ...(dynamic ? { type: "dynamic-tool", toolName } : { type: `tool-${toolName}` }),
    ...(title === undefined ? {} : { title }),
    ...(providerExecuted === undefined ? {} : { providerExecuted }),
    ...(providerMetadata === undefined ? {} : { callProviderMetadata: providerMetadata }),
    ...(toolMetadata === undefined ? {} : { toolMetadata }),
  };
}

/** Text as it may be sent back: without NUL and half characters. The half at its end may become whole. */
function storable(text: string): { readonly whole: string; readonly half: string } {
  const cut = /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
  return { whole: text.slice(0, cut).replace(/\0|\p{Surrogate}/gu, ""), half: text.slice(cut) };
}
