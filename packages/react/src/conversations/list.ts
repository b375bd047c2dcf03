import type { ChangeEvent, ConversationChange } from "@holdfast/client";
import type { ConversationSummary } from "../client-types.ts";

/** As long as the server's own. */
const MAX_PREVIEW = 120;

/** A list just read, each conversation at its newest known version; membership and order as read. */
export function mergeList(
  cached: readonly ConversationSummary[] | undefined,
  read: readonly ConversationSummary[],
): ConversationSummary[] {
  const known = new Map(cached?.map((one) => [one.conversationId, one]));
  return read.map((one) => {
    const before = known.get(one.conversationId);
    return before !== undefined && BigInt(one.version) < BigInt(before.version) ? before : one;
  });
}

/** The list after changes; `isComplete` is false when it has to be read anew. */
export function applyToList(
  list: ConversationSummary[],
  events: readonly ChangeEvent[],
): { list: ConversationSummary[]; isComplete: boolean } {
  const byId = new Map(list.map((one) => [one.conversationId, one]));
  let isComplete = true;
  let changed = false;
  for (const event of events) {
    const before = byId.get(event.topic.id);
    if (before === undefined || BigInt(event.version) <= BigInt(before.version)) continue;
    if (event.type === "reset") {
      isComplete = false;
      continue;
    }
    const change = event.data as unknown as ConversationChange;
    // The end of an answer tells its last words; its first are what is shown.
    if (change.kind === "settled") isComplete = false;
    byId.set(before.conversationId, { ...before, ...afterChange(change), version: event.version });
    changed = true;
  }
  return { list: changed ? list.map((one) => byId.get(one.conversationId) ?? one) : list, isComplete };
}

function afterChange(change: ConversationChange): Partial<ConversationSummary> {
  if (change.kind === "said") return {};
  if (change.kind === "settled") return { answering: false };
  const { seq, status, message } = change;
  const said = message.parts.find(({ text }) => typeof text === "string" && text !== "")?.["text"];
  return {
    lastSeq: seq,
    ...(status === "streaming" ? { answering: true } : {}),
    ...(typeof said === "string" ? { preview: said.slice(0, MAX_PREVIEW) } : {}),
  };
}
