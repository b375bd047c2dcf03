import type { ConversationHandle } from "@holdfast/react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So close to the end counts as there, in pixels. */
const NEAR = 48;

/** Keeps the end in view while whoever reads is there, and their place otherwise. */
export function useStickToEnd(
  conversation: ConversationHandle["conversation"],
  outbox: ConversationHandle["outbox"],
) {
  const log = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const sticks = useRef(true);
  const fromEnd = useRef<number>(undefined);

  const toEnd = useCallback(() => {
    const { current } = log;
    if (current) current.scrollTop = current.scrollHeight;
  }, []);

  useEffect(() => {
    const { current } = log;
    if (!current) return undefined;
    const onScroll = (): void => {
      sticks.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR;
      setAtEnd(sticks.current);
    };
    // The composer grows, a cost is told below an answer: who was at the end stays there.
    const sizes = new ResizeObserver(() => {
      if (sticks.current) toEnd();
    });
    current.addEventListener("scroll", onScroll, { passive: true });
    sizes.observe(current);
    if (current.firstElementChild) sizes.observe(current.firstElementChild);
    return () => {
      current.removeEventListener("scroll", onScroll);
      sizes.disconnect();
    };
  }, [toEnd]);

  const first = conversation?.messages[0]?.seq;
  const lastOwn = outbox.at(-1)?.messageId;
  // Whoever sends looks at what they send.
  useLayoutEffect(() => {
    if (lastOwn !== undefined) toEnd();
  }, [lastOwn]);
  // After older messages came above, the same ones stay in view.
  useLayoutEffect(() => {
    const { current } = log;
    if (current && fromEnd.current !== undefined) current.scrollTop = current.scrollHeight - fromEnd.current;
    fromEnd.current = undefined;
  }, [first]);
  useLayoutEffect(() => {
    if (sticks.current) toEnd();
  }, [conversation, outbox]);

  const keepPlace = useCallback(() => {
    const { current } = log;
    if (current) fromEnd.current = current.scrollHeight - current.scrollTop;
  }, []);
  return { log, isAtEnd, toEnd, keepPlace };
}
