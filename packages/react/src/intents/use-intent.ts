import { useSyncExternalStore } from "react";
import { useHoldfast } from "../context.ts";
import type { IntentError, IntentState } from "./intent.ts";
import { createIntentController, type IntentController, type IntentOptions } from "./intent-controller.ts";
import { useResume } from "./use-resume.ts";

export interface IntentHandle<I, D, E extends IntentError> {
  readonly state: IntentState<I, D, E>;
  /** Decides and sends. Answers like `.safe`; rejects only while an earlier intent of the slot is undecided. */
  readonly submit: IntentController<I, D, E>["submit"];
  /** Sends an unresolved intent again with the same key, so it can't happen twice. */
  readonly check: IntentController<I, D, E>["check"];
  /** Clears a told outcome; gives an unresolved intent up, with its key. */
  readonly dismiss: () => void;
}

const idle = { status: "idle" } as const;

/**
 * One intent, one idempotency key, kept through retries, timeouts and reloads until a definitive outcome.
 * `slot` names the place (one undecided intent each); `send` is the `.safe` form of a mutation and is fixed per slot.
 */
export function useIntent<I, D, E extends IntentError>(
  slot: string,
  send: IntentOptions<I, D, E>["send"],
): IntentHandle<I, D, E> {
  const { intents } = useHoldfast();
  const controller = intents.open(slot, (storage) =>
    createIntentController<I, D, E>({ slot, storage, send }),
  );
  const state = useSyncExternalStore(controller.subscribe, controller.getState, () => idle);
  useResume(controller.resume);

  return { state, submit: controller.submit, check: controller.check, dismiss: controller.dismiss };
}
