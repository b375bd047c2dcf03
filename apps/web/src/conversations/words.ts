import type { ConversationMessage, ConversationSummary, Trouble } from "@holdfast/react";
import { formatAmount } from "../ui/format.ts";

export function titleOf({ title, preview }: Pick<ConversationSummary, "title" | "preview">): string {
  return title ?? (preview?.trim() || "New conversation");
}

export function countOf(lastSeq: string): string {
  return lastSeq === "1" ? "1 message" : `${formatAmount(lastSeq)} messages`;
}

/** Why a message was not sent, in words. */
export function whyNotSent({ code, message, details }: Trouble): string {
  switch (code) {
    case "INSUFFICIENT_FUNDS":
      return `The wallet is ${formatAmount(String(details["shortfall"]))} short of what an answer may cost. Nothing was taken.`;
    case "ANSWER_UNDER_WAY":
      return "Another answer is under way.";
    case "MESSAGE_ID_REUSED":
      return "The conversation has another message with its id.";
    case "PAYLOAD_TOO_LARGE":
      return "It is too long for one message.";
    case "BAD_REQUEST":
      return issuesOf(details) ?? message;
    default:
      return message;
  }
}

function issuesOf(details: Trouble["details"]): string | undefined {
  const issues = details["issues"];
  if (!Array.isArray(issues) || issues.length === 0) return undefined;
  return issues
    .map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`)
    .join("; ");
}

/** How an answer ended, where it did not simply end. */
export function endOf({ status, error }: Pick<ConversationMessage, "status" | "error">): {
  title: string;
  reason: string;
} {
  if (status === "stopped") return { title: "Stopped", reason: "What was said until then is kept." };
  if (error === "interrupted")
    return {
      title: "Interrupted",
      reason: "Whoever was answering has gone. What was said until then is kept.",
    };
  if (error === "INSUFFICIENT_FUNDS")
    return { title: "Not answered", reason: "The wallet could not pay for it. Nothing was taken." };
  return { title: "Failed", reason: error ?? "What was said until then is kept." };
}

/** The words of a message, without what is no text. */
export function plainText(message: ConversationMessage["message"]): string {
  return message.parts
    .flatMap(({ type, text }) => (type === "text" && typeof text === "string" ? [text] : []))
    .join("\n");
}
