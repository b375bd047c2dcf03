import type { AnswerCost, ConversationHandle } from "@holdfast/react";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Announcer } from "./announcer.tsx";
import { MessageRow } from "./message-row.tsx";
import { UnsentRow } from "./unsent-row.tsx";
import { useStickToEnd } from "./use-stick-to-end.ts";

interface TranscriptProps {
  chat: ConversationHandle;
  costs: ReadonlyMap<string, AnswerCost>;
  unit: string;
  onEdit: (messageId: string) => void;
}

/** What was said, in its order, and below it what one has written and nobody has confirmed. */
export function Transcript({ chat, costs, unit, onEdit }: TranscriptProps) {
  const { conversation, outbox } = chat;
  const messages = conversation?.messages ?? [];
  const isLive = useOnline() && chat.freshness === "live";
  const { log, isAtEnd, toEnd, keepPlace } = useStickToEnd(conversation, outbox);

  async function loadOlder(): Promise<void> {
    keepPlace();
    await chat.loadOlder().catch(() => undefined);
  }
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={log}
        role="log"
        aria-label="Messages"
        // What is being said would be read out again with each word; the announcer tells finished answers.
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        tabIndex={0}
        className="relative h-full overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <div className="mx-auto flex min-h-full max-w-[52rem] flex-col justify-end px-2 pt-3 pb-4 sm:px-4">
          {chat.hasOlder && (
            <p className="pb-3 text-center">
              <Button look="quiet" inert={chat.isLoadingOlder} onClick={() => void loadOlder()}>
                {chat.isLoadingOlder ? "Reading older messages" : "Older messages"}
              </Button>
            </p>
          )}
          <ol className="flex flex-col gap-2">
            {messages.map((view) => (
              <MessageRow
                key={view.message.id}
                view={view}
                cost={costs.get(view.message.id)}
                unit={unit}
                isLive={isLive && view.status === "streaming"}
              />
            ))}
            {outbox.map((item) => (
              <UnsentRow
                key={item.messageId}
                item={item}
                onRetry={() => chat.retry(item.messageId)}
                onDiscard={() => chat.discard(item.messageId)}
                onEdit={() => onEdit(item.messageId)}
              />
            ))}
          </ol>
          {conversation?.waiting && (
            <p className="flex items-center gap-1.5 pt-2 pl-[2.75rem] text-sm text-soft sm:pl-[4.25rem]">
              <StateMark state="pending" size={14} />
              Answered after what is being said
            </p>
          )}
        </div>
      </div>
      {!isAtEnd && (
        <Button onClick={toEnd} className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-float">
          To the newest
        </Button>
      )}
      <Announcer messages={messages} />
    </div>
  );
}
