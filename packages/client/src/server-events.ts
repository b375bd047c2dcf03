import { createParser } from "eventsource-parser";

/** One server-sent event; without a name it is a "message". */
export interface ServerEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** When the server does not say how long its silence may last, in milliseconds. */
const LONGEST_SILENCE_MS = 45_000;

/**
 * The events of a response until it ends, those that came together in one list. A server that has fallen silent for longer than it said it would is given up by
 * `leave`: a connection that was cut somewhere on its way looks the same as one on which nothing happens.
 */
export async function* serverEvents(
  response: Response,
  leave: AbortController,
): AsyncGenerator<readonly ServerEvent[], void, undefined> {
  const { body } = response;
  if (body === null) return;
  let events: ServerEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) => events.push({ name: event ?? "message", id, data }),
  });
  let silenceMs = LONGEST_SILENCE_MS;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      clearTimeout(silence);
      silence = setTimeout(() => leave.abort(), silenceMs);
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const some = events;
      events = [];
      for (const event of some) {
        if (event.name === "connected") silenceMs = silenceIn(event.data) ?? silenceMs;
      }
      if (some.length > 0) yield some;
    }
  } finally {
    clearTimeout(silence);
    reader.releaseLock();
  }
}

function silenceIn(data: string): number | undefined {
  const { reconnectAfterInactivityMs } = JSON.parse(data) as { reconnectAfterInactivityMs?: number };
  return reconnectAfterInactivityMs;
}
