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
export function toldIn({ contentType, body }: HttpResponse): Told[] | undefined {
  if (contentType.startsWith("text/event-stream")) {
    const error = /event: serialized-error\ndata: (.*)/.exec(body)?.[1];
    return error === undefined ? [] : [toldBy({ error: JSON.parse(error) as Answered["error"] & object })];
  }
  if (!contentType.startsWith("application/json")) return undefined;
  const parsed = parse(body);
  const answers = Array.isArray(parsed) ? parsed : [parsed];
  if (!answers.every((one) => typeof one === "object" && one !== null && ("result" in one || "error" in one)))
    return undefined;
  return answers.map((one) => toldBy(one as Answered));
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
