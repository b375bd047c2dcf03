import { v7 as newKey } from "uuid";
import type { Result } from "./call-options.ts";

/** Keeps the idempotency key of an undecided intent under the intent's name, for longer than the process or page lives. */
export interface IntentStore {
  get(name: string): string | undefined;
  set(name: string, key: string): void;
  delete(name: string): void;
}

/** The part of `localStorage` and `sessionStorage` that a store needs. */
export interface WebStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** Intents in web storage: `webStorageIntents(localStorage)` survives a reload and is shared by the tabs of an origin. */
export function webStorageIntents(storage: WebStorage, prefix = "holdfast:intent:"): IntentStore {
  return {
    get: (name) => storage.getItem(prefix + name) ?? undefined,
    set: (name, key) => storage.setItem(prefix + name, key),
    delete: (name) => storage.removeItem(prefix + name),
  };
}

export interface Intent {
  readonly name: string;
  readonly store: IntentStore;
}

export interface ClaimedKey {
  readonly key: string;
  /** Whether an earlier call may have been sent with it. */
  readonly used: boolean;
}

/** The key that is kept for the intent, else a new one, which is kept before anything is sent. Throws what the store throws. */
export function claimKey({ name, store }: Intent): ClaimedKey {
  const kept = store.get(name);
  if (kept !== undefined) return { key: kept, used: true };
  const key = newKey();
  store.set(name, key);
  return { key, used: false };
}

/** Drops the key once the intent is decided. */
export function settleKey({ name, store }: Intent, { key, used }: ClaimedKey, result: Result<unknown>): void {
  if (!isDecided(result, used)) return;
  try {
    if (store.get(name) === key) store.delete(name);
  } catch {
    // The answer is what counts: a key that stays is only replayed.
  }
}

/**
 * Whether the intent is over. An error that is not the server's last word on the key ("new-key") decides only a key
 * that no other call can have used: signed out after a reload, the payment sent before it may still have been made.
 */
function isDecided(result: Result<unknown>, used: boolean): boolean {
  if (result.ok || result.error.retry === "new-key") return true;
  return result.error.retry === "never" && !result.error.unresolved && !used;
}
