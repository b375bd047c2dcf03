import { createIntentStorage, type IntentStorage } from "./intent-storage.ts";

/** One person's intents in this page. A controller stays when its component goes, so its answer is not lost. */
export interface IntentRegistry {
  readonly storage: IntentStorage;
  /** The controller of a slot; a slot has one type for life, which its name stands for. */
  open<T>(slot: string, create: (storage: IntentStorage) => T): T;
}

export function createIntentRegistry(identity: string): IntentRegistry {
  const storage = createIntentStorage(identity);
  const controllers = new Map<string, unknown>();
  return {
    storage,
    open<T>(slot: string, create: (storage: IntentStorage) => T): T {
      const controller = (controllers.get(slot) as T | undefined) ?? create(storage);
      controllers.set(slot, controller);
      return controller;
    },
  };
}
