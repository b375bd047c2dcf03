import type { Part } from "@holdfast/client";
import type { UIMessageChunk } from "ai";

/**
 * What `useChat` is told of an answer that had some parts and now has others. Text that goes on is told as what was added, a part
 * that was replaced as it is now. Text that was replaced by other text can't be told: the AI SDK has no word for it.
 */
export function chunksBetween(before: readonly Part[], after: readonly Part[]): UIMessageChunk[] {
  return after.flatMap((part, at) => {
    const known = before[at];
    if (known === part) return [];
    if (part.type === "text" || part.type === "reasoning") return said(part.type, `${at}`, known, part);
    return whole(part, known);
  });
}

/** Ends what `chunksBetween` has begun. */
export function closingChunks(parts: readonly Part[]): UIMessageChunk[] {
  return parts.flatMap(({ type }, at): UIMessageChunk[] =>
    type === "text" || type === "reasoning" ? [{ type: `${type}-end`, id: `${at}` }] : [],
  );
}

function said(
  type: "text" | "reasoning",
  id: string,
  known: Part | undefined,
  { text }: Part,
): UIMessageChunk[] {
  const now = String(text);
  const before = known?.type === type ? String(known["text"]) : "";
  const delta = now.startsWith(before) ? now.slice(before.length) : "";
  return [
    ...(known?.type === type ? [] : [{ type: `${type}-start`, id } as const]),
    ...(delta === "" ? [] : [{ type: `${type}-delta`, id, delta } as const]),
  ];
}

function whole(part: Part, known: Part | undefined): UIMessageChunk[] {
  if (part.type === "step-start") return known === undefined ? [{ type: "start-step" }] : [];
  if (part.type === "dynamic-tool" || part.type.startsWith("tool-")) return toolChunks(part, known);
  // A file, a source or data: such a part is its own chunk.
  const isChunk = /^(file|source-url|source-document|data-.*)$/.test(part.type);
  return isChunk ? [part as unknown as UIMessageChunk] : [];
}

/** What a tool part of the AI SDK has, as far as its chunks tell it. */
interface ToolPart extends Part {
  toolCallId: string;
  toolName?: string;
  state: string;
  input: unknown;
  output: unknown;
  errorText?: string;
}

function toolChunks(part: Part, known: Part | undefined): UIMessageChunk[] {
  const { type, toolCallId, state, input, output, errorText = "", ...tool } = part as ToolPart;
  const dynamic = type === "dynamic-tool";
  const toolName = tool.toolName ?? type.slice("tool-".length);
  const wasCalled = known !== undefined && known["state"] !== "input-streaming";
  const called: UIMessageChunk[] = wasCalled
    ? []
    : [{ type: "tool-input-available", toolCallId, toolName, input, dynamic }];
  if (state === "input-streaming") return [{ type: "tool-input-start", toolCallId, toolName, dynamic }];
  if (state === "output-available")
    return [...called, { type: "tool-output-available", toolCallId, output, dynamic }];
  if (state === "output-error")
    return [...called, { type: "tool-output-error", toolCallId, errorText, dynamic }];
  return called;
}
