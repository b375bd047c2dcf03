import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerModel } from "./answer-model.ts";
import { tokensOf } from "./tokens.ts";

type CallOptions = Parameters<AnswerModel["doStream"]>[0];
type StreamResult = Awaited<ReturnType<AnswerModel["doStream"]>>;
type StreamPart = StreamResult["stream"] extends ReadableStream<infer Part> ? Part : never;

/** About twenty words a second, as fast as one reads. */
const WORD_EVERY_MS = 50;
const MAX_QUOTED = 80;

const ANSWER = `I am the demo model: I run inside the server, need no network, and always say the same. What you see is real all \
the same. Every few words are saved in Postgres before they are shown to anybody, so you may reload this page, open a second \
tab or stop me, and no word of mine is lost or said twice. If the server dies while I speak, what I have said stays, and is \
marked as interrupted. Set HOLDFAST_MODEL_URL to hear from a model that knows more than I do.`;

/** A model that needs no network: it answers the same to the same question, word by word. */
export function createDemoModel(wordEveryMs: number = WORD_EVERY_MS): AnswerModel {
  return {
    specificationVersion: "v3",
    provider: "holdfast",
    modelId: "demo",
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error("the demo model only streams")),
    doStream: async (options) => ({ stream: ReadableStream.from(parts(options, wordEveryMs)) }),
  };
}

async function* parts(
  { prompt, maxOutputTokens = Number.POSITIVE_INFINITY, abortSignal }: CallOptions,
  wordEveryMs: number,
): AsyncGenerator<StreamPart> {
  const id = "text";
  yield { type: "stream-start", warnings: [] };
  yield { type: "text-start", id };
  let said = "";
  let isCut = false;
  for (const word of wordsFor(questionOf(prompt))) {
    isCut = tokensOf(said + word) > maxOutputTokens;
    if (isCut) break;
    await sleep(wordEveryMs, undefined, abortSignal ? { signal: abortSignal } : {});
    said += word;
    yield { type: "text-delta", id, delta: word };
  }
  yield { type: "text-end", id };
  const input = tokensOf(prompt.map(({ content }) => textOf(content)).join(""));
  const output = tokensOf(said);
  yield {
    type: "finish",
    finishReason: { unified: isCut ? "length" : "stop", raw: undefined },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
  };
}

function questionOf(prompt: CallOptions["prompt"]): string {
  return textOf(prompt.findLast(({ role }) => role === "user")?.content ?? "").trim();
}

function textOf(content: CallOptions["prompt"][number]["content"]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
}

/** Words with the space before them, so that together they are the text. */
function wordsFor(question: string): string[] {
  const quoted = question.length > MAX_QUOTED ? `${[...question].slice(0, MAX_QUOTED).join("")}…` : question;
  return `You asked: “${quoted}” ${ANSWER}`.match(/\s*\S+/g) ?? [];
}
