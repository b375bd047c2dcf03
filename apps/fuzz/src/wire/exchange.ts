import net from "node:net";
import { type HttpResponse, readResponses } from "./responses.ts";

/** Bytes for the server, and what kind of end to expect. */
export interface Sending {
  readonly bytes: Buffer;
  /** Whether the bytes are one whole request, so that exactly one answer must come. */
  readonly whole: boolean;
  /** A stream has no end: enough of it is heard after a moment. */
  readonly stream: boolean;
  readonly bodiless: boolean;
}

export interface Exchange {
  readonly responses: readonly HttpResponse[];
  /** "answered": as many answers as requests; "closed": the connection ended before; "hung": neither, for a long time. */
  readonly end: "answered" | "closed" | "hung";
}

export interface ExchangeTimes {
  /** How long a whole request may be without its answer. */
  readonly patienceMs: number;
  /** After such a silence, what is no whole request is taken to be at its end, and the connection is closed from this side. */
  readonly quietMs: number;
  /** How long a stream is listened to. */
  readonly listenMs: number;
}

const TIMES: ExchangeTimes = { patienceMs: 20_000, quietMs: 150, listenMs: 40 };

/**
 * Sends bytes over a connection of their own and hears what comes. Nothing here is an HTTP client: that would mend, or refuse to
 * send, what is meant to be broken.
 */
export function exchange(port: number, sending: Sending, times: ExchangeTimes = TIMES): Promise<Exchange> {
  const { bytes, whole, stream, bodiless } = sending;
  const expected = whole ? 1 : bytes.toString("latin1").split(" HTTP/1.").length - 1;
  return new Promise((resolve) => {
    let received = "";
    let timer: NodeJS.Timeout | undefined;
    let done = false;
    const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
    const responses = (ended = false) => readResponses(received, { ended, bodiless });
    const finish = (end: Exchange["end"]): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      resolve({ responses: responses(true), end });
      socket.destroy();
    };
    const wait = (ms: number, then: () => void): void => {
      clearTimeout(timer);
      timer = setTimeout(then, ms);
    };
    const onSilence = (): void => {
      if (whole) {
        finish(stream && received !== "" ? "answered" : "hung");
        return;
      }
      socket.end();
      wait(times.patienceMs, () => finish("hung"));
    };
    wait(whole ? times.patienceMs : times.quietMs, onSilence);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      received += text;
      const came = responses();
      const isStream = came.at(-1)?.contentType === "text/event-stream";
      if (isStream) wait(times.listenMs, () => finish("answered"));
      else if (came.length >= Math.max(1, expected)) finish("answered");
      else if (!whole) wait(times.quietMs, onSilence);
    });
    const ended = (): void => finish(responses(true).length >= Math.max(1, expected) ? "answered" : "closed");
    socket.on("end", ended).on("close", ended).on("error", ended);
    socket.write(bytes);
  });
}
