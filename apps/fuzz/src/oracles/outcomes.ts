import type { HttpResponse } from "../wire/responses.ts";

/** What became of one call, as its answer tells. */
export type Told =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly retry: string;
    };

interface Answered {
  readonly result?: unknown;
  readonly error?: { readonly message?: unknown; readonly data?: Readonly<Record<string, unknown>> };
}

/** What all calls of one response were told; undefined when it is not in the form in which calls are answered. */
export function toldIn({ status, contentType, body }: HttpResponse): Told[] | undefined {
  if (contentType.startsWith("text/event-stream")) {
    const error = /event: serialized-error\ndata: (.*)/.exec(body)?.[1];
    return error === undefined
      ? []
      : [toldBy({ error: (parse(error) ?? {}) as NonNullable<Answered["error"]> })];
  }
  const parsed = parse(body);
  if (contentType.startsWith("application/problem+json")) return [toldByProblem(parsed)];
  if (!contentType.startsWith("application/json")) return undefined;
  const answers = Array.isArray(parsed) ? parsed : [parsed];
  const isOfCalls = answers.every((one) => isObject(one) && ("result" in one || "error" in one));
  if (isOfCalls) return answers.map((one) => toldBy(one as Answered));
  // Below /v1 an answer is the data alone.
  return status < 300 && isObject(parsed) ? [{ ok: true }] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** As RFC 9457 has it, below /v1. */
function toldByProblem(problem: unknown): Told {
  const { status, code, retry, detail } = (problem ?? {}) as Readonly<Record<string, unknown>>;
  return { ok: false, status: Number(status), code: `${code}`, message: `${detail}`, retry: `${retry}` };
}

function toldBy({ error }: Answered): Told {
  if (error === undefined) return { ok: true };
  const { httpStatus, code, retry } = error.data ?? {};
  return {
    ok: false,
    status: Number(httpStatus),
    code: `${code}`,
    message: `${error.message}`,
    retry: `${retry}`,
  };
}

/** Undefined for what is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
