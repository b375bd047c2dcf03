import { afterSteps, type ChangeEvent, type ConversationChange, type Message } from "@holdfast/client";
import { replaceEqualDeep } from "@tanstack/react-query";
import type { MessagePage, Sent, Transcript } from "../client-types.ts";

/** A conversation just read against the one in the cache: older messages that were read before stay where they join on. */
export function mergeTranscript(cached: Transcript | undefined, read: Transcript): Transcript {
  if (cached === undefined || cached.conversationId !== read.conversationId) return read;
  if (BigInt(read.version) < BigInt(cached.version)) return cached;
  const messages = joined(cached.messages, read.messages);
  // What has not changed stays the same object, so that a long conversation is not drawn again. On equal versions the read wins:
  // an answer may have been interrupted since.
  return replaceEqualDeep(cached, { ...read, messages: messages ?? read.messages });
}

/** The conversation with a page of messages before the first that is known. */
export function withOlder(cached: Transcript, { messages }: MessagePage): Transcript {
  const before = joined(messages, cached.messages);
  return before === undefined ? cached : { ...cached, messages: before };
}

/** The earlier ones and the later ones, when none is missing between them. */
function joined(
  earlier: Transcript["messages"],
  later: Transcript["messages"],
): Transcript["messages"] | undefined {
  const [first] = later;
  if (first === undefined) return undefined;
  const before = earlier.filter(({ seq }) => BigInt(seq) < BigInt(first.seq));
  const last = before.at(-1);
  return last !== undefined && BigInt(last.seq) + 1n === BigInt(first.seq)
    ? [...before, ...later]
    : undefined;
}

/** The conversation after changes, or undefined when it has to be read anew because some are missing. */
export function applyChanges(transcript: Transcript, events: readonly ChangeEvent[]): Transcript | undefined {
  let next = transcript;
  for (const event of events) {
    const version = BigInt(event.version);
    if (version <= BigInt(next.version)) continue;
    if (event.type === "reset" || version !== BigInt(next.version) + 1n) return undefined;
    next = { ...afterChange(next, event.data as unknown as ConversationChange), version: event.version };
  }
  return next;
}

function afterChange(before: Transcript, change: ConversationChange): Transcript {
  if (change.kind === "message") {
    const { kind: _, ...view } = change;
    const isAnswer = view.message.role === "assistant";
    return {
      ...before,
      lastSeq: view.seq,
      messages: [...before.messages, view],
      ...(view.status === "streaming" ? { answering: true, answerId: view.message.id } : {}),
      ...(isAnswer ? { waiting: false } : {}),
    };
  }
  const ended =
    change.kind === "settled"
      ? { status: change.status, ...(change.error === undefined ? {} : { error: change.error }) }
      : {};
  return {
    ...before,
    messages: before.messages.map((view) =>
      view.seq === change.seq
        ? { ...view, ...ended, message: said(view.message as Message, change.steps) }
        : view,
    ),
    ...(change.kind === "settled" ? { answering: false, answerId: null } : {}),
  };
}

function said(message: Message, steps: Parameters<typeof afterSteps>[1]): Message {
  return { ...message, parts: afterSteps(message.parts, steps) };
}

/** What the answer to a `send` tells that the feed does not: whether the message waits for its answer. */
export function noteSent(transcript: Transcript, sent: Sent): Transcript {
  const [own] = sent.messages;
  if (sent.answer !== null || own === undefined || own.alreadyThere) return transcript;
  const isAnswered = transcript.messages.some(
    ({ seq, message }) => message.role === "assistant" && BigInt(seq) > BigInt(own.seq),
  );
  return isAnswered || transcript.waiting ? transcript : { ...transcript, waiting: true };
}
