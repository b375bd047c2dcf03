import type { MutationError, StreamData, StreamInput } from "../client-types.ts";
import type { IntentResult, IntentState } from "../intents/intent.ts";
import { createIntentController, type IntentController, newKey } from "../intents/intent-controller.ts";
import type { IntentStorage } from "../intents/intent-storage.ts";

export type StreamTickState = IntentState<StreamInput, StreamData, MutationError>;
type TickController = IntentController<StreamInput, StreamData, MutationError>;

/** A minute of listening: its payment is an intent of its own, whose key the server derives from session and minute. */
export interface StreamTick {
  readonly id: string;
  readonly minute: number;
  readonly state: StreamTickState;
}

export interface StreamTerms {
  readonly toWalletId: string;
  /** For each minute, in the smallest unit of the wallet's currency. */
  readonly amount: StreamInput["amount"];
  readonly episodeTitle?: string;
  /** How long a "minute" lasts; 60,000 unless a demo runs faster. */
  readonly minuteMs?: number;
}

/** `refused`: a tick was refused. `unanswered`: several ticks in a row have no answer. `left`: the page was left. */
export type StopReason = "asked" | "left" | "refused" | "unanswered";

export interface StreamState {
  readonly listening: boolean;
  readonly stopReason: StopReason | undefined;
  readonly terms: StreamTerms | undefined;
  /** The minute that is being listened to, from 0; it is paid when it is over. */
  readonly minute: number;
  /** Oldest first; includes ticks of an earlier page that are still undecided. */
  readonly ticks: readonly StreamTick[];
}

interface SessionOptions {
  readonly fromWalletId: string;
  readonly storage: IntentStorage;
  readonly send: (input: StreamInput) => Promise<IntentResult<StreamData, MutationError>>;
}

const MINUTE_MS = 60_000;
/** Listening on while nobody answers would run up a bill that nobody has seen. */
const MAX_UNANSWERED = 3;
const empty: StreamState = {
  listening: false,
  stopReason: undefined,
  terms: undefined,
  minute: 0,
  ticks: [],
};

/** Pays one tick for each minute listened to. One timer event pays one minute at most: a page that slept pays nothing for it. */
export function createStreamSession({ fromWalletId, storage, send }: SessionOptions) {
  const slot = `stream:${fromWalletId}`;
  const listeners = new Set<() => void>();
  const controllers = new Map<string, TickController>();
  let state = empty;
  let timer: ReturnType<typeof setInterval> | undefined;
  let sessionId = "";

  function change(part: Partial<StreamState>) {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  }

  function tickController(id: string, minute: number): TickController {
    const controller = createIntentController<StreamInput, StreamData, MutationError>({
      slot,
      storage,
      send,
      keyOf: (input) => tickId(input.sessionId, input.minute),
    });
    controllers.set(id, controller);
    change({ ticks: [...state.ticks, { id, minute, state: controller.getState() }] });
    controller.subscribe(() => {
      const next = controller.getState();
      change({ ticks: state.ticks.map((tick) => (tick.id === id ? { ...tick, state: next } : tick)) });
      // A tick of an earlier page settles without a say in this session.
      if (!id.startsWith(tickId(sessionId, ""))) return;
      if (next.status === "refused") stop("refused");
      else if (state.ticks.slice(-MAX_UNANSWERED).filter(isUnresolved).length === MAX_UNANSWERED)
        stop("unanswered");
    });
    return controller;
  }

  function start(terms: StreamTerms) {
    if (state.listening) return;
    sessionId = newKey();
    const { toWalletId, amount, episodeTitle, minuteMs = MINUTE_MS } = terms;
    const ticks = state.ticks.filter((tick) => tick.state.status === "pending" || isUnresolved(tick));
    for (const id of controllers.keys()) if (!ticks.some((tick) => tick.id === id)) controllers.delete(id);
    change({ listening: true, stopReason: undefined, terms, minute: 0, ticks });

    timer = setInterval(() => {
      // Offline, the episode stalls and so does the meter.
      if (!navigator.onLine) return;
      const { minute } = state;
      change({ minute: minute + 1 });
      const input = {
        fromWalletId,
        toWalletId,
        amount,
        sessionId,
        minute,
        ...(episodeTitle && { episodeTitle }),
      };
      tickController(tickId(sessionId, minute), minute)
        .submit(episodeTitle ? { ...input, episodeTitle } : input)
        .catch(() => undefined);
    }, minuteMs);
  }

  function stop(reason: StopReason = "asked") {
    if (!state.listening) return;
    clearInterval(timer);
    change({ listening: false, stopReason: reason });
  }

  /** Asks for the outcome of every undecided tick, those of an earlier page included. */
  function resume() {
    for (const intent of storage.list<StreamInput>(slot)) {
      const known = controllers.get(intent.key);
      if (!known) tickController(intent.key, intent.input.minute).restore(intent);
    }
    for (const controller of controllers.values()) controller.recheck();
  }

  function check(id: string) {
    controllers
      .get(id)
      ?.check()
      .catch(() => undefined);
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  return { getState: () => state, getInitialState: () => empty, subscribe, start, stop, resume, check };
}

function tickId(sessionId: string, minute: number | ""): string {
  return `${sessionId}:${minute}`;
}

function isUnresolved(tick: StreamTick): boolean {
  return tick.state.status === "unresolved";
}
