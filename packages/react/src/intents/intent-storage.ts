import { browserStorage } from "../browser-storage.ts";
import type { Intent } from "./intent.ts";

/** Where undecided intents wait out a reload: one item each, because an array would lose one of two tabs' writes. */
export interface IntentStorage {
  save<I>(slot: string, intent: Intent<I>): void;
  remove(slot: string, key: string): void;
  has(slot: string, key: string): boolean;
  /** The undecided intents of one slot, oldest first. */
  list<I>(slot: string): Intent<I>[];
  /** Tells when another tab has changed something in the slot; returns the way to stop. */
  watch(slot: string, onChange: () => void): () => void;
}

type Items = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/**
 * Keeps intents in localStorage, per identity: only who sent a key may ask about it. Without localStorage (a private
 * window, a full disk, the server) they are kept in memory: safe against retries, lost by a reload.
 */
export function createIntentStorage(
  identity: string,
  items: Items | undefined = browserStorage(),
): IntentStorage {
  const memory = new Map<string, string>();
  const name = (slot: string, key: string) => `holdfast:intent:${identity}:${slot}#${key}`;
  const names = () =>
    Array.from({ length: items?.length ?? 0 }, (_, index) => items?.key(index) ?? "").concat(
      ...memory.keys(),
    );
  const read = (item: string) => memory.get(item) ?? items?.getItem(item) ?? null;

  return {
    save(slot, intent) {
      const item = name(slot, intent.key);
      const text = JSON.stringify(intent, (_key, value) =>
        typeof value === "bigint" ? String(value) : value,
      );
      try {
        if (!items) throw new Error("no storage");
        items.setItem(item, text);
      } catch {
        memory.set(item, text);
      }
    },
    remove(slot, key) {
      memory.delete(name(slot, key));
      items?.removeItem(name(slot, key));
    },
    has: (slot, key) => read(name(slot, key)) !== null,
    list<I>(slot: string) {
      return names()
        .filter((item) => item.startsWith(name(slot, "")))
        .flatMap((item) => parse<I>(read(item)))
        .sort((a, b) => a.decidedAt.localeCompare(b.decidedAt));
    },
    watch(slot, onChange) {
      if (typeof window === "undefined") return () => undefined;
      // Without a key: the storage was cleared.
      const onStorage = ({ key }: StorageEvent): void => {
        if (key === null || key.startsWith(name(slot, ""))) onChange();
      };
      window.addEventListener("storage", onStorage);
      return () => window.removeEventListener("storage", onStorage);
    },
  };
}

function parse<I>(text: string | null): Intent<I>[] {
  try {
    const value: Partial<Intent<I>> | null = JSON.parse(text ?? "null");
    if (typeof value?.key !== "string" || typeof value.decidedAt !== "string" || value.input === undefined)
      return [];
    return [{ key: value.key, input: value.input, decidedAt: value.decidedAt }];
  } catch {
    return [];
  }
}
