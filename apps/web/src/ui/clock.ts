import { useSyncExternalStore } from "react";

/** One timer for all relative times on the page, running only while something shows one. */
const STEP_MS = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = 0;

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since the epoch, in steps of a second. A stopped clock is set when it is read again. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (!timer || now === 0) now = Math.floor(Date.now() / STEP_MS) * STEP_MS;
    return now;
  });
}
