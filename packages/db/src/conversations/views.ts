import { type Row, textOf } from "../statements.ts";
import type { MessageStatus, MessageView } from "./commands.ts";
import type { Message, Part } from "./message.ts";
import { afterSteps, type Step } from "./steps.ts";

/**
 * The columns of a message `message` as it is told. An answer whose lease has run out counts as failed the moment it does,
 * whoever writes that down and when.
 */
export const MESSAGE_COLUMNS = `message.seq::text, message.message_id, message.role, message.metadata::text, message.parts::text,
  message.status, message.error, to_char(message.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at`;

/** The message of a row that has its columns as text. */
export function messageOf(row: Row): Message {
  return {
    id: textOf(row, "message_id"),
    role: textOf(row, "role") as Message["role"],
    ...(row["metadata"] === null ? {} : { metadata: JSON.parse(textOf(row, "metadata")) as unknown }),
    parts: JSON.parse(textOf(row, "parts")) as Part[],
  };
}

/** `said`: what was said of it, when it is an answer under way; `abandoned`: nobody goes on with it. */
export function viewOf(row: Row, said: readonly Step[] = [], abandoned = false): MessageView {
  const message = messageOf(row);
  const status = textOf(row, "status") as MessageStatus;
  const isStreaming = status === "streaming";
  const error = isStreaming && abandoned ? "interrupted" : row["error"];
  return {
    seq: textOf(row, "seq"),
    message: isStreaming ? { ...message, parts: afterSteps(message.parts, said) } : message,
    status: isStreaming && abandoned ? "failed" : status,
    ...(typeof error === "string" ? { error } : {}),
    createdAt: textOf(row, "created_at"),
  };
}
