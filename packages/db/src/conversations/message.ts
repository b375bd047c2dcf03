import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import * as field from "../fields.ts";

/** The most parts of a message, and bytes of one as JSON. */
const MAX_PARTS = 1_000;
const MAX_MESSAGE_BYTES = 262_144;
const MAX_DEPTH = 32;
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** A part as the AI SDK has it. Only `type` is known of all; what a later version adds is kept as it came. */
export type Part = { type: string; [field: string]: unknown };

/** The AI SDK's `UIMessage`. Its id is made by who writes it, and is unique within its conversation. */
export interface Message {
  id: string;
  role: "system" | "user" | "assistant";
  metadata?: unknown;
  parts: Part[];
}

/** What is wrong with a value as JSON that Postgres stores as it was sent; undefined for nothing. */
function problemOf(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `may be nested ${MAX_DEPTH} levels deep at most`;
  if (typeof value === "string")
    return UNSTORABLE.test(value) ? "must not contain NUL or an unpaired surrogate" : undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "must be a finite number";
  if (value === null || value === undefined || typeof value === "boolean") return undefined;
  if (typeof value !== "object") return "must be JSON";
  const members = Array.isArray(value) ? value : Object.values(value).concat(Object.keys(value));
  for (const member of members) {
    const problem = problemOf(member, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Checks a value as JSON and bounds its size. */
function storable(value: unknown, context: z.core.$RefinementCtx): void {
  const problem =
    problemOf(value) ??
    (Buffer.byteLength(JSON.stringify(value)) > MAX_MESSAGE_BYTES
      ? `must be ${MAX_MESSAGE_BYTES} bytes of JSON at most`
      : undefined);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
}

export const part = z
  .looseObject({ type: field.text(100) })
  .refine(({ type, text }: Part) => (type !== "text" && type !== "reasoning") || typeof text === "string", {
    path: ["text"],
    message: "must be a string",
  });

const messageFields = z.strictObject({
  id: field.text(255).meta({ description: "Unique within its conversation.", example: "msg-1" }),
  role: z.enum(["system", "user", "assistant"]).meta({ example: "user" }),
  metadata: z.unknown().describe("Any JSON.").optional(),
  parts: z
    .array(part)
    .min(1)
    .max(MAX_PARTS)
    .meta({ description: "As the AI SDK's UIMessage has them.", example: [{ type: "text", text: "Hello" }] }),
});

/** A message as it is sent. */
export const message = messageFields.superRefine(storable);
export const userMessage = messageFields.extend({ role: z.literal("user") }).superRefine(storable);

/** Messages of one call: none has the id of another. */
export const messages = (most: number) =>
  z
    .array(message)
    .min(1)
    .max(most)
    .superRefine((all, context) => {
      const ids = new Set<string>();
      for (const [at, { id }] of all.entries()) {
        if (ids.has(id)) context.addIssue({ code: "custom", path: [at, "id"], message: "occurs twice" });
        ids.add(id);
      }
    });

/** What a message says, and who: all of it but its id. */
type Content = Pick<Message, "role" | "metadata" | "parts">;

/** Whether two messages say the same, whatever the order of their fields. Metadata that is null is none. */
export function sayTheSame(one: Content, other: Content): boolean {
  return isDeepStrictEqual(asStored(one), asStored(other));
}

function asStored({ role, metadata = null, parts }: Content): unknown {
  return JSON.parse(JSON.stringify({ role, metadata, parts }));
}

/** SHA-256 of parts as they are stored, in hexadecimal digits. */
export function hashParts(parts: readonly Part[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
