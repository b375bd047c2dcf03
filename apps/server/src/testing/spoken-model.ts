import { MockLanguageModelV3 } from "ai/test";
import { deferred } from "./deferred.ts";

type StreamResult = Awaited<ReturnType<MockLanguageModelV3["doStream"]>>;
type StreamPart = StreamResult["stream"] extends ReadableStream<infer Part> ? Part : never;
type CallOptions = MockLanguageModelV3["doStreamCalls"][number];

/** One call of the model, and what the test lets it say. */
export interface SpokenCall {
  readonly options: CallOptions;
  /** Parts of the stream as they are. */
  tell(...parts: StreamPart[]): void;
  say(...words: string[]): void;
  end(tokens?: number): void;
  fail(error: unknown): void;
  /** Resolves when the model is told to stop. */
  readonly aborted: Promise<void>;
}

/** A model of the AI SDK's interface whose words the test says; like the worst of them it does not end when it is aborted. */
export function createSpokenModel(): { model: MockLanguageModelV3; next(): Promise<SpokenCall> } {
  const calls: SpokenCall[] = [];
  const waiting: ((call: SpokenCall) => void)[] = [];
  const model = new MockLanguageModelV3({
    doStream: async (options) => {
      const stream = new ReadableStream<StreamPart>({
        start(controller) {
          const call = spokenCall(options, controller);
          const taker = waiting.shift();
          if (taker === undefined) calls.push(call);
          else taker(call);
        },
      });
      return { stream };
    },
  });
  const next = () => {
    const call = calls.shift();
    return call ? Promise.resolve(call) : new Promise<SpokenCall>((resolve) => waiting.push(resolve));
  };
  return { model, next };
}

function spokenCall(
  options: CallOptions,
  controller: ReadableStreamDefaultController<StreamPart>,
): SpokenCall {
  const aborted = deferred();
  options.abortSignal?.addEventListener("abort", () => aborted.resolve());
  const tell = (...parts: StreamPart[]) => {
    for (const part of parts) controller.enqueue(part);
  };
  let isOpen = false;
  return {
    options,
    aborted: aborted.promise,
    tell,
    say: (...words) => {
      if (!isOpen) tell({ type: "text-start", id: "1" });
      isOpen = true;
      for (const delta of words) tell({ type: "text-delta", id: "1", delta });
    },
    end: (total) => {
      if (isOpen) tell({ type: "text-end", id: "1" });
      const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
      tell({
        type: "finish",
        finishReason: { unified: "stop", raw: undefined },
        usage: {
          inputTokens: { ...none, total: total === undefined ? undefined : 0 },
          outputTokens: { total, text: undefined, reasoning: undefined },
        },
      });
      controller.close();
    },
    fail: (error) => controller.error(error),
  };
}
