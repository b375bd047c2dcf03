import type { RouterInputs, RouterOutputs } from "@holdfast/api";
import type { ConversationChange, Message } from "@holdfast/db";
import { type Reply, readReply } from "./caller.ts";
import { readEvents } from "./event-stream.ts";

type Inputs = RouterInputs["conversations"];
type Outputs = RouterOutputs["conversations"];
type Name = keyof Inputs;

/** What a watcher was told, and where it can go on. */
export interface ToldChange {
  readonly change: ConversationChange;
  readonly version: string;
  readonly lastEventId: string;
}

/** Somebody who uses conversations with fetch alone. */
export interface Talker {
  mutate<K extends Name>(name: K, input: Inputs[K], signal?: AbortSignal): Promise<Reply<Outputs[K]>>;
  query<K extends Name>(name: K, input: Inputs[K]): Promise<Reply<Outputs[K]>>;
  /** Every change after a version, or after the last event that was heard; leaving the loop hangs up. */
  watch(conversationId: string, since: string, lastEventId?: string): AsyncGenerator<ToldChange>;
}

export function createTalker(url: string, token: string): Talker {
  const headers = { authorization: `Bearer ${token}` };
  const search = (input: unknown) => `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return {
    mutate: async (name, input, signal) =>
      readReply(
        await fetch(`${url}/trpc/conversations.${name}`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(input),
          ...(signal === undefined ? {} : { signal }),
        }),
      ),
    query: async (name, input) =>
      readReply(await fetch(`${url}/trpc/conversations.${name}${search(input)}`, { headers })),
    async *watch(id, since, lastEventId) {
      const topics = [{ kind: "conversation", id, since }];
      const response = await fetch(`${url}/trpc/changes.watch${search({ topics })}`, {
        headers: {
          ...headers,
          accept: "text/event-stream",
          ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
        },
      });
      for await (const event of readEvents(response)) {
        if (event.id === undefined || event.event !== undefined) continue;
        const told = JSON.parse(event.data) as { version: string; data: ConversationChange }[];
        for (const { version, data } of told) yield { change: data, version, lastEventId: event.id };
      }
    },
  };
}

/** A user's message of one text. */
export function userMessage(words: string, id: string): Message & { role: "user" } {
  return { id, role: "user", parts: [{ type: "text", text: words }] };
}

/** The words of a message. */
export function wordsOf(message: Message | undefined): string {
  return message?.parts.map(({ text }) => text ?? "").join("") ?? "";
}
