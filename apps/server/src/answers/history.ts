import { type Db, getConversation, listMessages, type MessageView } from "@holdfast/db";
import { convertToModelMessages, type ModelMessage } from "ai";
import { answererOf, type Job } from "./job.ts";
import { tokensOf } from "./tokens.ts";

/** Messages are read so many at a time, for as long as they fit: few of them may be large. */
const PAGE = 20;
/** What a message costs beside its words, in tokens. */
const MESSAGE_TOKENS = 4;

/** What the model is asked. */
export interface Question {
  readonly messages: ModelMessage[];
  /** An estimate of what it costs to ask. */
  readonly tokens: number;
  /** The conversation's version as of which it was read. */
  readonly version: bigint;
}

interface Told {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
  readonly tokens: number;
}

/**
 * The newest messages before an answer that fit `budget` tokens, the last one in any case, and the system message with which
 * the conversation begins, if it does. Undefined when the answer is not under way any more.
 *
 * The model is told the words of messages. What else they have is kept for their readers: a file's address could make this
 * server fetch it, a part's metadata would go into the provider's request, and tools are not offered.
 */
export async function readQuestion(db: Db, job: Job, budget: number): Promise<Question | undefined> {
  const reader = answererOf(job.tenantId);
  const { conversationId } = job;
  const view = await getConversation(db, reader, { conversationId, limit: PAGE });
  if (view.answerId !== job.answerId) return undefined;

  const told: Told[] = [];
  let tokens = 0;
  let page = view.messages;
  let before: string | null = null;
  for (let isFull = false; !isFull; ) {
    for (const message of page.toReversed()) {
      before = message.seq;
      const next = BigInt(message.seq) < BigInt(job.seq) ? toldOf(message) : undefined;
      if (next === undefined) continue;
      isFull = told.length > 0 && tokens + next.tokens > budget;
      if (isFull) break;
      told.unshift(next);
      tokens += next.tokens;
    }
    if (isFull || before === null || before === "1") break;
    page = (await listMessages(db, reader, { conversationId, before: BigInt(before), limit: PAGE })).messages;
    if (page.length === 0) break;
  }
  if (before !== null && before !== "1" && told[0]?.role !== "system") {
    const [first] = (await listMessages(db, reader, { conversationId, after: 0n, limit: 1 })).messages;
    const instruction = first && toldOf(first);
    if (instruction?.role === "system") {
      told.unshift(instruction);
      tokens += instruction.tokens;
    }
  }
  const messages = await convertToModelMessages(
    told.map(({ role, text }) => ({ role, parts: [{ type: "text" as const, text }] })),
  );
  return { messages, tokens, version: BigInt(view.version) };
}

/** Undefined for a message without words, such as an answer that failed before the first. */
function toldOf({ message: { role, parts } }: MessageView): Told | undefined {
  const text = parts.flatMap((part) => (part.type === "text" ? [String(part["text"])] : [])).join("\n\n");
  return text === "" ? undefined : { role, text, tokens: MESSAGE_TOKENS + tokensOf(text) };
}
