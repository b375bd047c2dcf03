/** One call of a request: several may share one. */
export interface SentCall {
  readonly procedure: string;
  readonly idempotencyKey: string | undefined;
}

/** What the server said to one call. */
export interface Said {
  readonly httpStatus: number;
  /** Of the error table; undefined when it was confirmed. */
  readonly code: string | undefined;
  /** Undefined where nothing can be replayed, as in a read. */
  readonly replayed: boolean | undefined;
}

/** The calls of a request, by its address and body. */
export function callsOf(input: RequestInfo | URL, init: RequestInit | undefined): SentCall[] {
  const { pathname, searchParams } = new URL(String(input), "http://console");
  const procedures = pathname.slice(pathname.lastIndexOf("/") + 1).split(",");
  const body = parse(typeof init?.body === "string" ? init.body : "");
  const inputs = searchParams.has("batch") ? record(body) : { 0: body };
  return procedures.map((procedure, at) => {
    const { idempotencyKey } = record(record(inputs)[at]);
    return {
      procedure: decodeURIComponent(procedure),
      idempotencyKey: typeof idempotencyKey === "string" ? idempotencyKey : undefined,
    };
  });
}

/** What an answer says to each of the calls that it was asked. */
export async function saidIn(response: Response, calls: readonly SentCall[]): Promise<Said[]> {
  const body = parse(await response.text());
  const items: readonly unknown[] = Array.isArray(body) ? body : calls.map(() => body);
  return calls.map((_call, at) => {
    const { error, result } = record(items[at]);
    const { code, httpStatus } = record(record(error)["data"]);
    const { replayed } = record(record(result)["data"]);
    const isAnswer = result !== undefined;
    return {
      httpStatus: typeof httpStatus === "number" ? httpStatus : isAnswer ? 200 : response.status,
      code: isAnswer ? undefined : typeof code === "string" ? code : "not Holdfast",
      replayed: typeof replayed === "boolean" ? replayed : undefined,
    };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
