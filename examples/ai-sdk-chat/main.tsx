/** Ada talks by the AI SDK's `useChat`. Needs `npx --yes pnpm start` running; `PORT` when it is not on 4000. */
import { useChat } from "@ai-sdk/react";
import { createHoldfast } from "@holdfast/client";
import { createChatTransport } from "@holdfast/react/ai-sdk";
import type { UIMessage } from "ai";
import { createRoot } from "react-dom/client";

const signIn = await fetch("/demo/sign-in", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ as: "ada" }),
});
const { token } = (await signIn.json()) as { token: string };
const holdfast = createHoldfast({ url: "/", token });

// A chat is a conversation. Its id stands in the address, so that a reload comes back to it.
const conversationId =
  location.hash.slice(1) || (await holdfast.conversations.create({ title: "By useChat" })).conversationId;
location.hash = conversationId;
const { messages: said } = await holdfast.conversations.get({ conversationId });
const transport = createChatTransport(holdfast);

function Chat() {
  const { messages, sendMessage, status, stop, error } = useChat({
    id: conversationId,
    messages: said.map(({ message }) => message as unknown as UIMessage),
    // Goes on with the answer that is under way: reload in the middle of one.
    resume: true,
    transport,
  });
  return (
    <>
      {messages.map(({ id, role, parts }) => (
        <p key={id} style={{ whiteSpace: "pre-wrap" }}>
          <b>{role}</b> {parts.map((part) => (part.type === "text" ? part.text : "")).join("")}
        </p>
      ))}
      {error && <p role="alert">{error.message}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get("text"));
          event.currentTarget.reset();
          if (text !== "") void sendMessage({ text });
        }}
      >
        <input name="text" aria-label="Message" autoComplete="off" />
        <button type="submit">Send</button>
        {status === "streaming" && (
          <button type="button" onClick={() => void stop()}>
            Stop
          </button>
        )}
      </form>
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Chat />);
