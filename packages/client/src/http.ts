import { retryAfterMs } from "./backoff.ts";

export type Fetch = typeof globalThis.fetch;

/** The request may or may not have arrived, and no whole reply came. */
export class NoReply extends Error {
  override readonly name = "NoReply";
  /** Whether the request may have reached a server. */
  readonly sent: boolean;

  constructor(cause: unknown) {
    super("No reply came from the server.", { cause });
    this.sent = !failedToConnect(cause);
  }
}

/** A whole reply came, and it is not a Holdfast server's. */
export class ForeignReply extends Error {
  override readonly name = "ForeignReply";
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(response: Response) {
    super(`The reply, with HTTP status ${response.status}, is not a Holdfast server's.`);
    this.status = response.status;
    this.retryAfterMs = retryAfterMs(response.headers);
  }
}

/** A reply that was read to its end and has our shape; what tRPC's links take for a response. */
export interface ReadReply {
  readonly ok: boolean;
  readonly retryAfterMs: number | undefined;
  json(): Promise<unknown>;
}

/** `fetch` for tRPC's links: gives a whole reply of our shape, or throws `NoReply` or `ForeignReply`. */
export async function fetchReply(fetch: Fetch, url: string, init: RequestInit): Promise<ReadReply> {
  let response: Response;
  let text: string;
  try {
    // Node's types lack `cache`, which browsers heed: a read must not come from a cache.
    response = await fetch(url, { ...init, cache: "no-store" } as RequestInit);
    text = await response.text();
  } catch (cause) {
    throw new NoReply(cause);
  }
  const body = parse(text);
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (!items.every(isOurs)) throw new ForeignReply(response);
  return { ok: response.ok, retryAfterMs: retryAfterMs(response.headers), json: async () => body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const RETRIES: ReadonlySet<unknown> = new Set(["same-key", "new-key", "never"]);

/** A proxy may well speak JSON, so an error is ours only when it bears a row of the table. */
function isOurs(item: unknown): boolean {
  const { result, error } = record(item);
  if (error === undefined) return typeof result === "object" && result !== null;
  const { code, retry, details } = record(record(error)["data"]);
  return typeof code === "string" && RETRIES.has(retry) && typeof details === "object" && details !== null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Node tells where a connection failed; browsers don't, so there a request counts as sent. */
function failedToConnect(error: unknown): boolean {
  const { cause } = record(error);
  const { syscall, code, errors } = record(cause);
  if (Array.isArray(errors) && errors.length > 0)
    return errors.every((each) => record(each)["syscall"] === "connect");
  return syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT";
}
