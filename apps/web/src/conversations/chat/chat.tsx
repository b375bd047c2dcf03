import { useAnswerCosts, useConversation, useWallets } from "@holdfast/react";
import { useRef, useState } from "react";
import { plainText } from "../words.ts";
import { ChatHead } from "./chat-head.tsx";
import { ChatEmpty, ChatFailed, ChatLoading } from "./chat-states.tsx";
import { Composer } from "./composer.tsx";
import { drafts } from "./drafts.ts";
import { Payer } from "./payer.tsx";
import { Transcript } from "./transcript.tsx";

/** While the change feed is away, a light poll. */
const POLL_MS = 5_000;

/** One conversation: what was said, and where one goes on. */
export function Chat({ conversationId }: { conversationId: string }) {
  const chat = useConversation(conversationId, { pollMs: POLL_MS });
  const wallets = useWallets().data ?? [];
  const [walletId, setWalletId] = useState<string>();
  const wallet = wallets.find((one) => one.walletId === walletId);
  const costs = useAnswerCosts(walletId);
  const box = useRef<HTMLTextAreaElement>(null);
  const { conversation, outbox, error } = chat;

  /** Back into the field, before whatever is there. */
  function edit(messageId: string): void {
    const item = outbox.find((one) => one.messageId === messageId);
    if (!item || !box.current) return;
    const text = [plainText(item.message), box.current.value].filter((part) => part !== "").join("\n\n");
    box.current.value = text;
    // As if it had been typed, so that the field takes note of it.
    box.current.dispatchEvent(new Event("input", { bubbles: true }));
    drafts.set(conversationId, text);
    chat.discard(messageId);
    box.current.focus();
  }

  if (!conversation) return error ? <ChatFailed error={error} onRetry={chat.refetch} /> : <ChatLoading />;
  return (
    <section aria-label="Conversation" className="flex min-h-0 min-w-0 flex-col">
      <ChatHead conversation={conversation} freshness={chat.freshness} />
      {conversation.lastSeq === "0" && outbox.length === 0 ? (
        <ChatEmpty />
      ) : (
        <Transcript chat={chat} costs={costs} unit={wallet?.currency ?? ""} onEdit={edit} />
      )}
      <Composer
        chat={chat}
        conversationId={conversationId}
        box={box}
        showKeys={wallet === undefined}
        onSend={(text) => chat.send(text, walletId === undefined ? {} : { walletId })}
        payer={wallets.length > 0 && <Payer wallets={wallets} wallet={wallet} onChoose={setWalletId} />}
      />
    </section>
  );
}
