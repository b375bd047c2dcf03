import type { Sending } from "../wire/exchange.ts";

/** A request before it is put into bytes. */
export interface RequestParts {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
}

/** One thing to send, and what is known of it. */
export interface FuzzRequest extends Sending {
  /** What kind of request it is, for the report. */
  readonly kind: string;
  /** The procedures that it calls, as far as it was made to call any. */
  readonly paths: readonly string[];
  readonly caller: CallerName;
}

/** Who sends a request, or what a request pretends. */
export type CallerName = "ada" | "bob" | "studio" | "root" | "key" | "nobody" | "impostor";

/** Puts a request into bytes, whatever it holds: no library is asked whether it may. */
export function render({ method, target, headers, body }: RequestParts): Buffer {
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const bytes = Buffer.from(body ?? "", "utf8");
  const all = [
    ["host", "127.0.0.1"],
    ...headers,
    ...(body === undefined || named.has("content-length") || named.has("transfer-encoding")
      ? []
      : [["content-length", String(bytes.length)]]),
  ];
  const head = [`${method} ${target} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`)].join(
    "\r\n",
  );
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "utf8"), bytes]);
}

export const JSON_TYPE = ["content-type", "application/json"] as const;

/** A call as a good client would send it. */
export function callOf(
  path: string,
  type: "query" | "mutation" | "subscription",
  input: unknown,
): RequestParts {
  const json = JSON.stringify(input) ?? "null";
  if (type === "mutation")
    return { method: "POST", target: `/trpc/${path}`, headers: [JSON_TYPE], body: json };
  return { method: "GET", target: `/trpc/${path}?input=${encodeURIComponent(json)}`, headers: [] };
}

export function batchOf(
  paths: readonly string[],
  type: "query" | "mutation",
  inputs: readonly unknown[],
): RequestParts {
  const call = callOf(paths.join(","), type, Object.fromEntries(inputs.map((input, at) => [at, input])));
  const [path, query] = call.target.split("?");
  return { ...call, target: `${path}?batch=1${query === undefined ? "" : `&${query}`}` };
}
