import type { Message } from "@holdfast/client";
import type { ChatTransport, UIMessage, UIMessageChunk } from "ai";
import { answerChunks, type Source, type Wanted } from "./answer-chunks.ts";

export interface ChatTransportOptions {
  /** Pays for the answers. */
  readonly walletId?: string;
  /** While another answer is under way: append now and be answered afterwards ("queue", the default), or be refused. */
  readonly whenBusy?: "refuse" | "queue";
}

/**
 * The AI SDK's `useChat` over conversations of Holdfast's: a chat's id is the conversation's. The server owns the answer, so a
 * disconnect doesn't end it, and `resume: true` goes on with it; `stop()` stops it for everybody.
 */
export function createChatTransport<M extends UIMessage = UIMessage>(
  client: Source,
  { walletId, whenBusy = "queue" }: ChatTransportOptions = {},
): ChatTransport<M> {
  return {
    // A stream that is taken up again tells the whole answer from its beginning.
    resumeStreamIsReplay: true,

    async sendMessages({ chatId, trigger, messages, abortSignal }) {
      const message = messages.at(-1);
      if (trigger === "regenerate-message" || message?.role !== "user")
        throw new Error("A conversation keeps every answer that it was given. Send a new message instead.");
      const sent = await client.conversations.send(
        {
          conversationId: chatId,
          // What the AI SDK has is what a conversation keeps.
          message: message as unknown as Message & { role: "user" },
          whenBusy,
          ...(walletId === undefined ? {} : { walletId }),
        },
        { signal: abortSignal },
      );
      const afterSeq = sent.messages[0]?.seq ?? sent.lastSeq;
      const { answer, version } = sent;
      const wanted = { conversationId: chatId, afterSeq };
      return stream(
        client,
        answer === null ? wanted : { ...wanted, opened: { ...answer, version } },
        abortSignal,
      );
    },

    async reconnectToStream({ chatId, abortSignal }) {
      const { answerId, messages } = await client.conversations.get(
        { conversationId: chatId, limit: 200 },
        { signal: abortSignal },
      );
      const answer = messages.find(({ message }) => message.id === answerId);
      if (answer === undefined) return null;
      const afterSeq = `${BigInt(answer.seq) - 1n}`;
      return stream(client, { conversationId: chatId, afterSeq }, abortSignal);
    },
  };
}

/** `stopped`: the one who asked wants no more of it, so nobody needs it. */
function stream(
  client: Source,
  wanted: Pick<Wanted, "conversationId" | "afterSeq" | "opened">,
  stopped: AbortSignal | undefined,
): ReadableStream<UIMessageChunk> {
  const leave = new AbortController();
  const { conversationId } = wanted;
  let answerId: string | undefined;
  const stop = (): void => {
    leave.abort();
    if (answerId === undefined) return;
    // It may have ended by itself meanwhile, which is as good.
    void client.conversations.stop.safe({ conversationId, answerId }, { idempotencyKey: `stop:${answerId}` });
  };
  const onAnswer = (id: string): void => {
    answerId = id;
  };
  const chunks = answerChunks(client, { ...wanted, signal: leave.signal, onAnswer });
  stopped?.addEventListener("abort", stop, { once: true });
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (!next.done) return controller.enqueue(next.value);
      stopped?.removeEventListener("abort", stop);
      controller.close();
    },
    // A disconnect: the answer goes on without this reader.
    cancel() {
      leave.abort();
    },
  });
}
