import {
  afterSteps,
  type ConversationChange,
  type Holdfast,
  type MessageView,
  type Part,
} from "@holdfast/client";
import type { UIMessageChunk } from "ai";
import { chunksBetween, closingChunks } from "./chunks.ts";

/** What an answer is read from. */
export type Source = Pick<Holdfast, "conversations" | "watch">;

/** An answer as far as it was told. */
interface Told {
  readonly id: string;
  readonly seq: string;
  readonly parts: readonly Part[];
}

export interface Wanted {
  readonly conversationId: string;
  /** The message that is answered: the first answer behind it is the one. */
  readonly afterSeq: string;
  /** An answer that was just opened, and the version at which nothing of it had been said. */
  readonly opened?: { readonly answerId: string; readonly seq: string; readonly version: string };
  readonly signal: AbortSignal;
  /** Told the answer's id as soon as it is known. */
  onAnswer(answerId: string): void;
}

/** One answer from its beginning to its end, as the AI SDK's chunks, through whatever becomes of connections meanwhile. */
export async function* answerChunks(
  source: Source,
  { conversationId, afterSeq, opened, signal, onAnswer }: Wanted,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  let told: Told | undefined;
  let since = opened?.version;
  if (opened !== undefined) {
    told = { id: opened.answerId, seq: opened.seq, parts: [] };
    yield* begin(told, onAnswer);
  }
  while (!signal.aborted) {
    if (since === undefined) {
      const read = await source.conversations.get({ conversationId, limit: 200 }, { signal });
      since = read.version;
      const seq = told?.seq;
      const view = (read.messages as readonly MessageView[]).find(
        (one) => one.seq === seq || (seq === undefined && isAnswerAfter(one, afterSeq)),
      );
      if (view !== undefined) {
        if (told === undefined) yield* begin(view.message, onAnswer);
        yield* chunksBetween(told?.parts ?? [], view.message.parts);
        told = { id: view.message.id, seq: view.seq, parts: view.message.parts };
        if (view.status !== "streaming") return yield* end(told, view);
      }
    }
    const topic = { kind: "conversation", id: conversationId, since };
    since = undefined;
    for await (const events of source.watch([topic], { signal })) {
      // Too much was missed: it is read anew.
      if (events.some(({ type }) => type === "reset")) break;
      for (const event of events) {
        if (event.type === "reset") continue;
        const change = event.data as unknown as ConversationChange;
        if (change.kind === "message") {
          if (told !== undefined || !isAnswerAfter(change, afterSeq)) continue;
          told = { id: change.message.id, seq: change.seq, parts: change.message.parts };
          yield* begin(told, onAnswer);
          yield* chunksBetween([], told.parts);
          if (change.status !== "streaming") return yield* end(told, change);
        } else if (change.seq === told?.seq) {
          const parts = afterSteps(told.parts, change.steps);
          yield* chunksBetween(told.parts, parts);
          told = { ...told, parts };
          if (change.kind === "settled") return yield* end(told, change);
        }
      }
    }
  }
}

function isAnswerAfter({ seq, message }: MessageView, afterSeq: string): boolean {
  return message.role === "assistant" && BigInt(seq) > BigInt(afterSeq);
}

function* begin({ id }: { id: string }, onAnswer: Wanted["onAnswer"]): Generator<UIMessageChunk> {
  onAnswer(id);
  yield { type: "start", messageId: id };
}

function* end(
  { parts }: Told,
  { status, error }: Pick<MessageView, "status" | "error">,
): Generator<UIMessageChunk> {
  yield* closingChunks(parts);
  if (status === "failed") yield { type: "error", errorText: error ?? "failed" };
  else if (status === "stopped") yield { type: "abort", reason: "stopped" };
  else yield { type: "finish" };
}
