import { createHash } from "node:crypto";
import type { Message, Part } from "../conversations/message.ts";
import type { Step } from "../conversations/steps.ts";

/** One thing that happened to a conversation: a message came, an answer began, went on, or ended. */
export type Happened =
  | { readonly is: "message"; readonly message: Message; readonly error?: string }
  | { readonly is: "answer"; readonly id: string; readonly until: number; readonly paid: boolean }
  | { readonly is: "said"; readonly steps: readonly Step[]; readonly until: number }
  | { readonly is: "end"; readonly steps: readonly Step[]; readonly status: string; readonly error?: string };

export interface ModelMessage {
  readonly message: Message;
  readonly status: string;
  readonly error: string | undefined;
}

export interface ModelAnswer {
  readonly id: string;
  readonly seq: number;
  readonly until: number;
  readonly paid: boolean;
}

/** The messages in their order: the first has seq 1. */
export function messagesOf(log: readonly Happened[]): ModelMessage[] {
  const all: ModelMessage[] = [];
  let steps: Step[] = [];
  for (const one of log) {
    if (one.is === "message") {
      const { message, error } = one;
      all.push({ message, error, status: error === undefined ? "complete" : "failed" });
    } else if (one.is === "answer") {
      steps = [];
      const message: Message = { id: one.id, role: "assistant", parts: [] };
      all.push({ message, status: "streaming", error: undefined });
    } else {
      steps.push(...one.steps);
      const at = all.findLastIndex(({ status }) => status === "streaming");
      const said = { ...(all[at] as ModelMessage).message, parts: partsOf(steps) };
      if (one.is === "end") all[at] = { message: said, status: one.status, error: one.error };
    }
  }
  return all;
}

/** The answer under way. */
export function answerOf(log: readonly Happened[]): ModelAnswer | undefined {
  const began = log.findLastIndex(({ is }) => is === "answer");
  const opened = log[began];
  const since = log.slice(began + 1);
  if (opened?.is !== "answer" || since.some(({ is }) => is === "end")) return undefined;
  const seq = log.slice(0, began + 1).filter(({ is }) => is === "message" || is === "answer").length;
  const renewed = since.findLast(({ is }) => is === "said");
  return {
    id: opened.id,
    seq,
    paid: opened.paid,
    until: renewed?.is === "said" ? renewed.until : opened.until,
  };
}

/** What was said in some steps, written a second time. */
function partsOf(steps: readonly Step[]): Part[] {
  const parts: Part[] = [];
  for (const step of steps) {
    const at = Math.min(step.at, parts.length);
    const was = parts[at];
    if ("part" in step) parts[at] = step.part;
    else if (was === undefined) parts[at] = { type: "text", text: step.append };
    else parts[at] = { ...was, text: `${typeof was["text"] === "string" ? was["text"] : ""}${step.append}` };
  }
  return parts;
}

/** What a message says as text that is the same for the same, however its fields are ordered. */
export function said(message: Message | undefined): string {
  const { role, metadata, parts } = message as Message;
  return JSON.stringify([role, metadata ?? null, parts], (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}

export function hashOf({ parts }: Message): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
