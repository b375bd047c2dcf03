import { isStream, type Send, type Wire } from "../app/wire.ts";
import { type CallLog, createCallLog, type Damage, type LoggedCall } from "./call-log.ts";
import { callsOf, type SentCall, saidIn } from "./exchange.ts";

/** What can be done to a call that changes something; reads are left alone, or the next poll would use a fault up. */
export type Fault = "drop" | "delay" | "duplicate";
/** "next": once, then off again. */
export type When = "off" | "next" | "every";

export interface TapState {
  readonly faults: Readonly<Record<Fault, When>>;
  readonly isConnected: boolean;
  readonly calls: readonly LoggedCall[];
}

export const DELAY_MS = 3_000;
const NO_FAULTS: TapState["faults"] = { drop: "off", delay: "off", duplicate: "off" };

export type Tap = ReturnType<typeof createTap>;

/** Stands between the page and the network: notes each call, and does to it what was asked for. */
export function createTap(wire: Wire, storage: Pick<Storage, "getItem" | "setItem">) {
  const listeners = new Set<() => void>();
  let outage = new AbortController();
  let state: TapState = { faults: NO_FAULTS, isConnected: true, calls: [] };
  const log: CallLog = createCallLog(storage, () => change({ calls: log.getCalls() }));
  state = { ...state, calls: log.getCalls() };

  function change(next: Partial<TapState>) {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  /** The faults of a write that is about to be sent; those for the next one are used up by it. */
  function take(): Record<Fault, boolean> {
    const { drop, delay, duplicate } = state.faults;
    const left = (when: When): When => (when === "next" ? "off" : when);
    const faults = { drop: left(drop), delay: left(delay), duplicate: left(duplicate) };
    if (Object.values(state.faults).includes("next")) change({ faults });
    return { drop: drop !== "off", delay: delay !== "off", duplicate: duplicate !== "off" };
  }

  const between =
    (send: Send): Send =>
    async (input, init) => {
      if (isStream(init)) return state.isConnected ? send(input, init) : noNetwork();
      const isWrite = init?.method === "POST";
      const faults = isWrite && state.isConnected ? take() : { drop: false, delay: false, duplicate: false };
      const request = {
        send,
        input,
        init,
        isWrite,
        calls: callsOf(input, init),
        faults,
        outage: outage.signal,
      };
      if (!faults.duplicate) return attempt(log, request);
      // The page hears the answer that comes first, as it would from a network that repeats a packet.
      return Promise.any([attempt(log, request), attempt(log, request)]).catch(noNetwork);
    };

  return {
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    clear: log.clear,
    set: (fault: Fault, when: When) => change({ faults: { ...state.faults, [fault]: when } }),
    disconnect() {
      change({ isConnected: false });
      outage.abort();
      wire.cut();
    },
    reconnect() {
      outage = new AbortController();
      change({ isConnected: true });
      // As a browser says it: whoever waits for the network tries at once.
      window.dispatchEvent(new Event("online"));
    },
    listen: () => wire.through(between),
    rest: () => wire.through(undefined),
  };
}

/** Whether something would still happen to a call. */
export function isArmed({ faults, isConnected }: TapState): boolean {
  return !isConnected || Object.values(faults).some((when) => when !== "off");
}

interface Request {
  readonly send: Send;
  readonly input: RequestInfo | URL;
  readonly init: RequestInit | undefined;
  readonly isWrite: boolean;
  readonly calls: readonly SentCall[];
  readonly faults: Readonly<Record<Fault, boolean>>;
  readonly outage: AbortSignal;
}

async function attempt(log: CallLog, request: Request): Promise<Response> {
  const { send, input, init, isWrite, calls, faults, outage } = request;
  const damage: Damage[] = [
    ...(outage.aborted ? ["disconnected" as const] : []),
    ...(faults.duplicate ? ["sent twice" as const] : []),
    ...(faults.delay ? ["answer delayed" as const] : []),
    ...(faults.drop ? ["answer dropped" as const] : []),
  ];
  const notes = calls.map((call) => log.begin(call, isWrite, damage));
  const signal = AbortSignal.any([outage, ...(init?.signal ? [init.signal] : [])]);
  let response: Response;
  try {
    signal.throwIfAborted();
    response = await send(input, { ...init, signal });
    const said = await saidIn(response.clone(), calls);
    if (faults.delay) await pause(DELAY_MS, signal);
    for (const [at, note] of notes.entries()) {
      note({ state: faults.drop ? "lost" : "answered", ...(said[at] && { said: said[at] }) });
    }
  } catch (error) {
    const isGivenUp = init?.signal?.aborted === true;
    const cut: Damage[] = outage.aborted && !damage.includes("disconnected") ? ["disconnected"] : [];
    for (const note of notes) note({ state: isGivenUp ? "given up" : "lost", damage: [...damage, ...cut] });
    if (isGivenUp) throw error;
    return noNetwork();
  }
  return faults.drop ? noNetwork() : response;
}

/** What browsers throw when no answer came, whatever became of the request. */
function noNetwork(): never {
  throw new TypeError("Failed to fetch");
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
