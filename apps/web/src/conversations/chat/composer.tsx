import type { ConversationHandle } from "@holdfast/react";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { StopIcon } from "../../ui/icons.tsx";
import { drafts } from "./drafts.ts";

interface ComposerProps {
  chat: ConversationHandle;
  conversationId: string;
  box: RefObject<HTMLTextAreaElement | null>;
  /** Who pays, where somebody can. */
  payer: ReactNode;
  /** Where there is room for it. */
  showKeys: boolean;
  onSend: (text: string) => void;
}

const KEYS = "Enter sends, Shift+Enter breaks the line";

/** Where one writes. What is sent leaves the field in the same moment, so no second press finds it there. */
export function Composer({ chat, conversationId, box, payer, showKeys, onSend }: ComposerProps) {
  const [isEmpty, setEmpty] = useState(() => drafts.get(conversationId).trim() === "");
  const isAnswering = chat.answerId !== undefined;

  useEffect(() => {
    // Where a keyboard would cover half of the page, it waits to be asked for.
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, [box]);

  function submit(): void {
    const { current } = box;
    const text = current?.value ?? "";
    if (!current || text.trim() === "") return;
    current.value = "";
    note("");
    onSend(text);
    current.focus();
  }
  function note(text: string): void {
    drafts.set(conversationId, text);
    setEmpty(text.trim() === "");
  }
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === "Escape" && isAnswering) {
      event.preventDefault();
      void chat.stop();
    }
    // Enter that ends a composition chooses a word of an input method.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!event.repeat) submit();
  }

  return (
    <form
      className="border-t border-line bg-canvas"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="mx-auto flex max-w-[52rem] flex-col gap-2 px-3 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:pr-4 sm:pl-[4.5rem]">
        <textarea
          ref={box}
          rows={1}
          aria-label="Message"
          placeholder={isAnswering ? "Ask the next thing" : "Ask something"}
          defaultValue={drafts.get(conversationId)}
          onInput={(event) => note(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-[40dvh] min-h-9 w-full resize-none rounded-md border border-edge bg-surface px-3 py-2 transition-colors duration-100 hover:border-faint"
        />
        <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
          {payer}
          {showKeys && (
            <span className="ml-auto text-sm text-faint pointer-coarse:hidden max-xl:hidden">{KEYS}</span>
          )}
          <span className={`flex items-center gap-2 ${showKeys ? "max-xl:ml-auto" : "ml-auto"}`}>
            {isAnswering && (
              <Button inert={chat.isStopping} onClick={() => void chat.stop()} aria-keyshortcuts="Escape">
                <StopIcon />
                {chat.isStopping ? "Stopping" : "Stop"}
                <kbd className="font-sans text-sm text-faint pointer-coarse:hidden">Esc</kbd>
              </Button>
            )}
            <Button type="submit" look="primary" inert={isEmpty}>
              Send
            </Button>
          </span>
        </div>
        {chat.stopError && (
          <p role="status" className="text-sm text-refused">
            It could not be stopped: {chat.stopError.message}
          </p>
        )}
      </div>
    </form>
  );
}
