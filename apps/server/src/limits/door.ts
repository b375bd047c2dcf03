import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Crowd, LOOK_EVERY_MS } from "./crowd.ts";
import type { Refuse } from "./refusal.ts";

/** A refusal is to be with its caller within 50 ms; the network and the caller have the rest. */
const ANSWER_WITHIN_MS = 30;
const LONGEST_WAIT_MS = 20;
const SHORTEST_WAIT_MS = 2;
/** How often the line is looked at, in milliseconds. */
const TICK_MS = 5;
/** How much of the longest delay is remembered from one tick to the next: half of it after a quarter of a second. */
const DELAY_KEPT = 0.986;
/** Beyond it nobody waits; each connection has a request in the line at most, unless it sends on without an answer. */
const LONGEST_LINE = 10_000;

/**
 * So many calls are begun between two looks at what else is to be done, and one request at least. They are read and checked
 * in one go, and whoever is to be answered or refused meanwhile waits for the end of it.
 */
const CALLS_A_TURN = 64;

/** So many bytes of a body are as much work as a call. */
const BYTES_A_CALL = 4_096;

const CALLS = Symbol("calls inside");
/** Undefined once it has left: to delete a field makes an object slow for all who still use it. */
type Guest = ServerResponse & { [CALLS]?: number | undefined };

/** In front of everything that costs time: before a header is looked at, a body read or a caller's name found out. */
export interface Door {
  /** Lets a request in, at once or soon, or refuses it. */
  readonly knock: RequestListener;
  /** The call is over, though its answer goes on: a stream that has begun. */
  leave(response: ServerResponse): void;
  /** How long a call that comes in now will take, in milliseconds; 0 while there is time enough. */
  readonly expectedMs: number;
  /** Calls that are being served. */
  readonly inside: number;
  /** Requests that were refused so far. */
  readonly refused: number;
  close(): void;
}

export interface DoorOptions {
  readonly enter: RequestListener;
  readonly refuse: Refuse;
  /** Calls inside that wait for somebody else's transaction. */
  readonly stuck: () => number;
  /** Until when the request's caller waits, of `performance.now()`. */
  readonly waitsUntilMs: (request: IncomingMessage) => number;
}

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly sinceMs: number;
}

interface LetIn {
  readonly request: IncomingMessage;
  readonly response: Guest;
  readonly untilMs: number;
}

/**
 * When the crowd inside leaves no room, a request waits in line before the door, unread, for a moment; whoever isn't let in by
 * then is refused, with an answer that was written beforehand. The wait keeps a caller who comes back at once, whatever it is
 * told, from keeping the server busy with refusing it.
 */
export function createDoor({ enter, refuse, stuck, waitsUntilMs }: DoorOptions): Door {
  const crowd = new Crowd(stuck, performance.now());
  const looking = setInterval(() => {
    const nowMs = performance.now();
    crowd.look(nowMs);
    if (hall.length > 0) turnLateAway(nowMs);
    letIn();
  }, LOOK_EVERY_MS).unref();
  /** Let in, and not yet served. */
  let hall: LetIn[] = [];
  let line: Waiting[] = [];
  /** Where the line begins: those before have been let in or turned away. */
  let first = 0;
  let refused = 0;
  let ticking: NodeJS.Timeout | undefined;
  let dueMs = 0;
  /** Calls that were begun since the process has last looked around. */
  let turnCalls = 0;
  let isTurn = false;
  /** How late the process is to do what is due. */
  let delayMs = 0;

  function open(request: IncomingMessage, response: Guest): void {
    const calls = callsOf(request);
    response[CALLS] = calls;
    crowd.enter(calls);
    response.once("close", () => leave(response));
    if (hall.length === 0 && turnCalls < CALLS_A_TURN) serve(request, response, calls);
    else hall.push({ request, response, untilMs: waitsUntilMs(request) });
  }

  function serve(request: IncomingMessage, response: Guest, calls: number): void {
    turnCalls += calls;
    if (!isTurn) {
      isTurn = true;
      setImmediate(endTurn);
    }
    enter(request, response);
  }

  function endTurn(): void {
    isTurn = false;
    turnCalls = 0;
    for (let next = hall[0]; next !== undefined && turnCalls < CALLS_A_TURN; next = hall[0]) {
      hall.shift();
      const calls = next.response[CALLS];
      // Whoever has hung up meanwhile has left.
      if (calls !== undefined) serve(next.request, next.response, calls);
    }
  }

  /**
   * A process that is short of time, such as one that has only begun, can take longer to serve those it has let in than they wait.
   * Who would not be served by then is told so now: no timer of theirs has begun, for nothing of theirs was read.
   */
  function turnLateAway(nowMs: number): void {
    const isLate = ({ untilMs }: LetIn): boolean => untilMs < nowMs + LOOK_EVERY_MS;
    const late = hall.filter(isLate);
    if (late.length === 0) return;
    hall = hall.filter((guest) => !isLate(guest));
    for (const { request, response } of late) {
      crowd.forget(response[CALLS] ?? 0);
      response[CALLS] = undefined;
      turnAway(request, response);
    }
  }

  function leave(response: Guest): void {
    const calls = response[CALLS];
    if (calls === undefined) return;
    response[CALLS] = undefined;
    crowd.leave(calls);
    letIn();
  }

  function letIn(): void {
    while (first < line.length && crowd.hasRoom) {
      const next = line[first++];
      if (next !== undefined && !next.response.destroyed) open(next.request, next.response);
    }
    if (first === line.length) clear();
  }

  function clear(): void {
    line = [];
    first = 0;
    clearTimeout(ticking);
    ticking = undefined;
  }

  function tick(): void {
    const nowMs = performance.now();
    delayMs = Math.max(nowMs - dueMs, delayMs * DELAY_KEPT);
    const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, ANSWER_WITHIN_MS - delayMs));
    const lateMs = nowMs - waitMs;
    for (let next = line[first]; next !== undefined && next.sinceMs <= lateMs; next = line[first]) {
      first++;
      turnAway(next.request, next.response);
    }
    line = line.slice(first);
    first = 0;
    if (line.length === 0) clear();
    else tickLater(nowMs);
  }

  function tickLater(nowMs: number): void {
    dueMs = nowMs + TICK_MS;
    ticking = setTimeout(tick, TICK_MS);
  }

  function turnAway(request: IncomingMessage, response: ServerResponse): void {
    if (response.destroyed) return;
    refused++;
    refuse(request, response);
  }

  return {
    knock(request, response) {
      if (!isCall(request.url ?? "")) enter(request, response);
      else if (line.length === 0 && crowd.hasRoom) open(request, response);
      else if (line.length - first >= LONGEST_LINE) turnAway(request, response);
      else {
        const sinceMs = performance.now();
        line.push({ request, response, sinceMs });
        if (ticking === undefined) tickLater(sinceMs);
      }
    },
    leave,
    get expectedMs() {
      return crowd.expectedMs;
    },
    get inside() {
      return crowd.inside;
    },
    get refused() {
      return refused;
    },
    close() {
      clearInterval(looking);
    },
  };
}

/** What is no call (the console, whether the process lives, what it counts) costs little and is wanted most in need. */
export function isCall(url: string): boolean {
  return url.startsWith("/trpc/") || url.startsWith("/v1/");
}

/** How many calls a request is, as far as that can be seen from outside. */
function callsOf({ url = "", headers }: IncomingMessage): number {
  const [path = ""] = url.split("?", 1);
  let calls = 1;
  for (let at = path.indexOf(","); at !== -1; at = path.indexOf(",", at + 1)) calls++;
  const bytes = Number(headers["content-length"] ?? 0);
  return Math.max(calls, Math.ceil(bytes / BYTES_A_CALL) || 0);
}
