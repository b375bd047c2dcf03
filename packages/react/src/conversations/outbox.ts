import type { HoldfastFailure } from "@holdfast/client";
import type { Sent } from "../client-types.ts";
import type { Intent, IntentResult } from "../intents/intent.ts";
import { newKey } from "../intents/intent-controller.ts";
import type { IntentStorage } from "../intents/intent-storage.ts";
import { whenBack } from "../intents/when-back.ts";
import { OUTBOX_SLOT as SLOT } from "../outbox-slot.ts";
import {
  type Draft,
  isRefusal,
  itemOf,
  type Kept,
  type OutboxItem,
  type Trouble,
  troubleOf,
} from "./outbox-item.ts";

/** The pause before a message that got no answer is sent again: it doubles from the first to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

export interface OutboxOptions {
  readonly storage: IntentStorage;
  readonly send: (
    draft: Draft,
    options: { idempotencyKey: string },
  ) => Promise<IntentResult<Sent, HoldfastFailure>>;
  readonly onSent?: (sent: Sent) => void;
  readonly now?: () => number;
}

/**
 * One person's messages on their way, of all conversations. A message is kept before it is sent, in storage that all tabs share,
 * under one key until its outcome is known: whichever tab sends it, and however often, it arrives once. Those of one conversation
 * are sent in their order.
 */
export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox({ storage, send, onSent, now = Date.now }: OutboxOptions) {
  const listeners = new Set<() => void>();
  const troubles = new Map<string, Trouble>();
  /** Confirmed, and not yet seen in their conversation. */
  const sent = new Map<string, OutboxItem>();
  const running = new Set<string>();
  let items: readonly OutboxItem[] = [];
  let isOn = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wakeAt = Number.POSITIVE_INFINITY;

  const kept = () => storage.list<Kept>(SLOT);
  const undecided = () => kept().filter(({ input }) => input.refused === undefined);

  function refresh(): void {
    const unsent = kept().map((intent) => itemOf(intent, troubles.get(intent.key)));
    items = [...sent.values(), ...unsent].sort((a, b) => a.addedAt.localeCompare(b.addedAt));
    for (const listener of listeners) listener();
  }

  function keep(input: Kept, key = newKey()): void {
    // Later than every other, also of the same millisecond: this is the order in which they are sent.
    const newest = kept().at(-1)?.decidedAt;
    const at = Math.max(now(), newest === undefined ? 0 : Date.parse(newest) + 1);
    storage.save<Kept>(SLOT, { key, input, decidedAt: new Date(at).toISOString() });
  }

  /** Answers whether the next one may follow. */
  async function attempt(intent: Intent<Kept>): Promise<boolean> {
    const { key, input } = intent;
    const result = await send(input, { idempotencyKey: key });
    if (result.ok) {
      failures = 0;
      const seq = result.data.messages[0]?.seq;
      sent.set(input.message.id, { ...itemOf(intent, undefined), ...(seq === undefined ? {} : { seq }) });
      troubles.delete(key);
      storage.remove(SLOT, key);
      onSent?.(result.data);
      refresh();
      return true;
    }
    const { error } = result;
    const trouble = troubleOf(error);
    if (isRefusal(error)) {
      troubles.delete(key);
      // Unless it was discarded meanwhile.
      if (storage.has(SLOT, key))
        storage.save<Kept>(SLOT, { ...intent, input: { ...input, refused: trouble } });
    } else {
      troubles.set(key, trouble);
    }
    refresh();
    return isRefusal(error);
  }

  async function run(conversationId: string): Promise<void> {
    if (running.has(conversationId)) return;
    running.add(conversationId);
    try {
      while (isOn) {
        const next = undecided().find(({ input }) => input.conversationId === conversationId);
        if (next === undefined) return;
        if (await attempt(next)) continue;
        wakeIn(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS));
        failures += 1;
        return;
      }
    } finally {
      running.delete(conversationId);
    }
  }

  function runAll(): void {
    for (const id of new Set(undecided().map(({ input }) => input.conversationId))) void run(id);
  }

  function wakeIn(ms: number): void {
    if (!isOn || now() + ms >= wakeAt) return;
    clearTimeout(timer);
    wakeAt = now() + ms;
    timer = setTimeout(wake, ms);
  }

  function wake(): void {
    clearTimeout(timer);
    wakeAt = Number.POSITIVE_INFINITY;
    runAll();
  }

  refresh();
  return {
    getItems: () => items,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },

    /** Sends what is there and what comes, until the function that it returns is called. */
    start(): () => void {
      isOn = true;
      const stopWatching = storage.watch(SLOT, () => {
        refresh();
        // Another tab has it and sends it. Should that tab go before it has, this one does.
        if (undecided().length > 0) wakeIn(LONGEST_PAUSE_MS);
      });
      const stopWaiting = whenBack(wake);
      refresh();
      runAll();
      return () => {
        isOn = false;
        clearTimeout(timer);
        wakeAt = Number.POSITIVE_INFINITY;
        stopWatching();
        stopWaiting();
      };
    },

    /** Takes a message, which is on disk when this returns. One that is here already is not taken twice. */
    add(draft: Draft): void {
      if (kept().some(({ input }) => isSame(input, draft))) return;
      keep(draft);
      refresh();
      void run(draft.conversationId);
    },

    /** Sends a refused message again: a new decision, so a new key; the same message, so the same id. */
    retry(messageId: string): void {
      const old = kept().find(({ input }) => input.message.id === messageId && input.refused !== undefined);
      if (old === undefined) return;
      const { refused: _, ...draft } = old.input;
      // First the new one, so that a page that dies in between has lost nothing.
      keep(draft);
      storage.remove(SLOT, old.key);
      refresh();
      void run(draft.conversationId);
    },

    /** Drops a message that was refused or got no answer; the latter may have arrived, and then the conversation shows it. */
    discard(messageId: string): void {
      for (const { key, input } of kept()) if (input.message.id === messageId) storage.remove(SLOT, key);
      refresh();
    },

    /** The conversation shows everything up to this seq. */
    seen(conversationId: string, lastSeq: string): void {
      const before = sent.size;
      for (const [id, item] of sent) if (isShown(item, conversationId, lastSeq)) sent.delete(id);
      if (sent.size !== before) refresh();
    },
  };
}

function isSame(a: Draft, b: Draft): boolean {
  return a.conversationId === b.conversationId && a.message.id === b.message.id;
}

function isShown(item: OutboxItem, conversationId: string, lastSeq: string): boolean {
  return (
    item.conversationId === conversationId && item.seq !== undefined && BigInt(item.seq) <= BigInt(lastSeq)
  );
}
