import { createHash } from "node:crypto";
import type { Message, Part } from "../conversations/message.ts";
import type { Step } from "../conversations/steps.ts";

/** What was said in some steps, written a second time. */
export function partsOf(steps: readonly Step[]): Part[] {
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
