import http from "node:http";
import { QUERIES, type Reply } from "../history.ts";

export interface Call {
  readonly port: number;
  readonly procedure: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The header of this name. */
  readonly authorization: string;
  /** What the server is told. */
  readonly deadlineMs: number;
  /** When the caller stops waiting. */
  readonly patienceMs: number;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/** Sends one tRPC call and answers what came of it; never rejects. */
export function send(call: Call): Promise<Reply> {
  const query = QUERIES.has(call.procedure);
  const body = query ? undefined : JSON.stringify(call.input);
  const search = query ? `?input=${encodeURIComponent(JSON.stringify(call.input))}` : "";
  return new Promise((resolve) => {
    const request = http.request({
      agent,
      host: "127.0.0.1",
      port: call.port,
      path: `/trpc/${call.procedure}${search}`,
      method: query ? "GET" : "POST",
      headers: {
        authorization: call.authorization,
        "content-type": "application/json",
        "holdfast-deadline-ms": String(call.deadlineMs),
      },
    });
    const timer = setTimeout(() => {
      resolve({ kind: "lost", reason: "gave-up" });
      request.destroy();
    }, call.patienceMs);
    const lost = (): void => {
      clearTimeout(timer);
      resolve({ kind: "lost", reason: "connection" });
    };
    request.on("error", lost);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", lost);
      response.on("close", () => {
        if (!response.complete) return lost();
        clearTimeout(timer);
        resolve(read(response.statusCode ?? 0, text));
      });
    });
    request.end(body);
  });
}

function read(httpStatus: number, body: string): Reply {
  try {
    const parsed = JSON.parse(body) as {
      result?: { data: Record<string, unknown> };
      error?: { data: { code: string; details: unknown; replayed: boolean } };
    };
    if (parsed.result !== undefined) return { kind: "success", data: parsed.result.data };
    if (parsed.error !== undefined) {
      const { code, details, replayed } = parsed.error.data;
      return { kind: "error", httpStatus, code, details, replayed, body };
    }
  } catch {
    // Not JSON: told as unreadable below.
  }
  return { kind: "unreadable", httpStatus, body };
}

/** Codes after which the same call may be sent again. */
const PASSING: ReadonlySet<string> = new Set([
  ...["TIMEOUT", "INTERNAL", "OVERLOADED", "UNAVAILABLE", "TRANSACTION_CONFLICT", "RATE_LIMITED"],
]);

/** Whether a key's fate is settled: told, or refused for good. */
export function isDefinite(reply: Reply): boolean {
  if (reply.kind === "success") return true;
  if (reply.kind !== "error") return false;
  return !PASSING.has(reply.code);
}
