import { lookup as resolveName } from "node:dns";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { isLoopbackAddress, isPublicAddress, whyNotSentTo } from "@holdfast/db";
import { Webhook } from "standardwebhooks";
import { retryAfterMs } from "./backoff.ts";

export interface Message {
  readonly url: string;
  /** The same whenever it is sent. */
  readonly id: string;
  readonly body: string;
  /** What signs it, the newest first. */
  readonly secrets: readonly string[];
}

/** What came of it. `error` is for the webhook's owner, and quotes nothing that the receiver has said. */
export interface Sent {
  readonly ok: boolean;
  readonly statusCode: number | undefined;
  readonly error: string | undefined;
  readonly latencyMs: number;
  /** What the receiver asks for by `Retry-After`. */
  readonly wishMs: number | undefined;
}

export type Send = (message: Message, signal: AbortSignal) => Promise<Sent>;

export interface SendOptions {
  /** Whether http to this very machine is allowed: for development. */
  readonly loopback: boolean;
  readonly timeoutMs: number;
  /** Default: the system's resolver. */
  readonly resolve?: typeof resolveName;
}

/** Of an answer no more is read than this. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** An address that nobody outside may be sent to: a tenant could reach what only this machine can. */
class NotPublic extends Error {
  override readonly name = "NotPublic";
}

/**
 * Sends signed messages, each once. A name is resolved here, and the connection goes to the address that was looked at: a name
 * that leads elsewhere a moment later (DNS rebinding) gains nothing. Redirects are not followed.
 */
export function createSend({ loopback, timeoutMs, resolve = resolveName }: SendOptions): Send {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      const mayReach = loopback && hostname === "localhost" ? isLoopbackAddress : isPublicAddress;
      const [first] = addresses;
      // All of them: a name that has a private address beside a public one is not what it seems.
      if (first === undefined || !addresses.every(({ address }) => mayReach(address))) {
        return callback(new NotPublic(), "");
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  const agentOptions = { keepAlive: true, maxFreeSockets: 64, timeout: 60_000, lookup };
  const agents = { "http:": new http.Agent(agentOptions), "https:": new https.Agent(agentOptions) };

  function post(message: Message, url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { request } = url.protocol === "http:" ? http : https;
    const agent = agents[url.protocol as keyof typeof agents];
    return new Promise((answered, failed) => {
      let isAnswered = false;
      const sent = request(url, { method: "POST", agent, signal, headers: headersOf(message) }, (answer) => {
        isAnswered = true;
        drain(answer);
        answered(answer);
      });
      sent.on("error", (error) => {
        // The receiver has closed a connection that was kept for this: it is no failure of anything.
        const isStale = sent.reusedSocket && "code" in error && error.code === "ECONNRESET";
        if (isStale && !isAnswered) post(message, url, signal).then(answered, failed);
        else failed(error);
      });
      sent.end(message.body);
    });
  }

  return async (message, signal) => {
    const beganAt = performance.now();
    const came = (of: Partial<Sent>): Sent => ({
      ok: false,
      statusCode: undefined,
      error: undefined,
      wishMs: undefined,
      ...of,
      latencyMs: performance.now() - beganAt,
    });
    const why = whyNotSentTo(message.url, { loopback });
    if (why !== undefined) return came({ error: `the address ${why}` });
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await post(message, new URL(message.url), AbortSignal.any([signal, timeout]));
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) return came({ ok: true, statusCode });
      const error =
        statusCode >= 300 && statusCode < 400
          ? `answered ${statusCode}; redirects are not followed`
          : `answered ${statusCode}`;
      return came({ statusCode, error, wishMs: retryAfterMs(answer.headers["retry-after"], Date.now()) });
    } catch (error) {
      return came({ error: timeout.aborted ? `no answer within ${timeoutMs / 1_000} s` : describe(error) });
    }
  };
}

function headersOf({ id, body, secrets }: Message): http.OutgoingHttpHeaders {
  const at = new Date();
  return {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "Holdfast-Webhooks",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}

/** What an answer says beside its status interests nobody, and must not keep the connection for ever. */
function drain(answer: http.IncomingMessage): void {
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) answer.destroy();
  });
  answer.on("error", () => {});
}

/** A system's or TLS' own code says what an owner needs to know; a message may hold more. */
function describe(error: unknown): string {
  if (error instanceof NotPublic) return "the address must lead to the public internet";
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return `no connection: ${code}`;
}
