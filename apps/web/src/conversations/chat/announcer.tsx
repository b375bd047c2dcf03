import type { ConversationMessage } from "@holdfast/react";
import { useEffect, useRef, useState } from "react";
import { endOf, plainText } from "../words.ts";

/** Tells those who listen of an answer when it has ended, once and whole. */
export function Announcer({ messages }: { messages: readonly ConversationMessage[] }) {
  const [said, setSaid] = useState("");
  const streaming = useRef<string>(undefined);
  useEffect(() => {
    const before = messages.find(({ message }) => message.id === streaming.current);
    if (before !== undefined && before.status !== "streaming") {
      const end = before.status === "complete" ? "" : `${endOf(before).title}. `;
      setSaid(`${end}Assistant: ${plainText(before.message)}`);
    }
    streaming.current = messages.find(({ status }) => status === "streaming")?.message.id;
  }, [messages]);
  return (
    <p aria-live="polite" data-announced className="sr-only">
      {said}
    </p>
  );
}
