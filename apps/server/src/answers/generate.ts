import { streamText, type UIMessage } from "ai";
import type { AnswerModel } from "./answer-model.ts";
import { type Ending, endingOfFault, endingOfFinish, failed, GenerationStopped } from "./ending.ts";
import { AnswerTooLarge, type Gathered } from "./gathered.ts";
import type { Question } from "./history.ts";
import { tokensOf } from "./tokens.ts";

export interface Generation {
  readonly model: AnswerModel;
  readonly question: Question;
  readonly maxOutputTokens: number;
  /** How long the model may say nothing, in milliseconds. */
  readonly maxSilenceMs: number;
  /** Ends it, with a `GenerationStopped` for its reason. */
  readonly stop: AbortController;
  readonly gathered: Gathered;
}

/** What the model reports at its end; undefined when it reports nothing. */
export interface Generated {
  readonly ending: Ending;
  readonly tokens?: number | undefined;
}

type Finish = UIMessage<{ tokens?: number | undefined }>;

/** Lets the model speak until it has ended, has failed, is stopped, or falls silent. Never rejects. */
export async function generate(generation: Generation): Promise<Generated> {
  const { model, question, maxOutputTokens, maxSilenceMs, stop, gathered } = generation;
  const silence = setTimeout(
    () => stop.abort(new GenerationStopped(failed("The model has fallen silent."))),
    maxSilenceMs,
  );
  let fault: unknown;
  let ending: Ending = { status: "complete" };
  let tokens: number | undefined;
  try {
    stop.signal.throwIfAborted();
    const result = streamText({
      model,
      messages: question.messages,
      maxOutputTokens,
      // System messages come from whoever may write to the conversation, as all others do.
      allowSystemInMessages: true,
      // Somebody waits for the first word.
      maxRetries: 1,
      abortSignal: stop.signal,
      // Left to itself, the SDK prints it.
      onError: ({ error }) => {
        fault = error;
      },
    });
    const chunks = result.toUIMessageStream<Finish>({
      sendSources: true,
      messageMetadata: ({ part }) =>
        part.type === "finish" ? { tokens: part.totalUsage.totalTokens } : undefined,
    });
    for await (const chunk of untilAborted(chunks, stop.signal)) {
      silence.refresh();
      if (chunk.type === "error") throw fault ?? new Error("the model told an error");
      gathered.add(chunk);
      // The provider may count otherwise, or not know the limit; what is paid for is what is estimated.
      if (tokensOf(gathered.characters) > maxOutputTokens)
        stop.abort(new GenerationStopped({ status: "complete" }));
      if (chunk.type !== "finish") continue;
      ending = endingOfFinish(chunk.finishReason);
      // A model that reports zero has not counted.
      tokens = chunk.messageMetadata?.tokens || undefined;
    }
    return { ending, tokens };
  } catch (error) {
    if (!(error instanceof AnswerTooLarge)) return { ending: endingOfFault(error), tokens };
    ending = failed("The answer is too long.");
    stop.abort(new GenerationStopped(ending));
    return { ending };
  } finally {
    clearTimeout(silence);
  }
}

/** The chunks of a stream, until its end or the signal: a model may take its time to hear of it. */
async function* untilAborted<T>(stream: ReadableStream<T>, signal: AbortSignal): AsyncGenerator<T> {
  const reader = stream.getReader();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort);
  });
  // When nobody waits for the next chunk, the check below is what ends it.
  aborted.catch(() => {});
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted]);
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    reader.cancel().catch(() => {});
  }
}
