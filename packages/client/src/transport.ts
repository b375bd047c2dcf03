import type { AppRouter, WireErrorData } from "@holdfast/api";
import {
  createTRPCUntypedClient,
  httpBatchLink,
  httpLink,
  type Operation,
  splitLink,
  TRPCClientError,
} from "@trpc/client";
import { type Fetch, ForeignReply, fetchReply, NoReply, type ReadReply } from "./http.ts";

/** Calls of one tick share a request. Both bounds are below what servers and proxies take. */
const MAX_BATCH_ITEMS = 100;
const MAX_URL_LENGTH = 2_000;
/** Left for the way back, so that the server's own, definite TIMEOUT arrives before this side stops waiting. */
const REPLY_MARGIN_MS = 50;

interface Sharing {
  /** Whether it must not share a request with others: a large input, a deadline of its own, a retry. */
  readonly alone: boolean;
  remainingMs(): number;
}

export interface Send extends Sharing {
  readonly path: string;
  readonly type: "query" | "mutation";
  readonly input: unknown;
  readonly authorization: string;
  readonly signal: AbortSignal;
}

export type Reply =
  | { readonly type: "answer"; readonly data: unknown }
  | {
      readonly type: "error";
      readonly message: string;
      readonly data: WireErrorData;
      readonly retryAfterMs: number | undefined;
    }
  | {
      readonly type: "foreign";
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      readonly cause: unknown;
    }
  | { readonly type: "none"; readonly sent: boolean; readonly cause: unknown };

export interface Transport {
  /** One attempt of one call. Never rejects. */
  send(request: Send): Promise<Reply>;
}

export function createTransport(url: string, fetch: Fetch): Transport {
  let current = { authorization: "", client: createClient(url, fetch, "") };
  return {
    async send({ authorization, path, type, input, signal, ...send }) {
      // Never in one request with a call that bears another token: a service may act for one user after the other.
      if (authorization !== current.authorization) {
        current = { authorization, client: createClient(url, fetch, authorization) };
      }
      try {
        return {
          type: "answer",
          data: await current.client[type](path, input, { signal, context: { send } }),
        };
      } catch (error) {
        return replyOf(error);
      }
    },
  };
}

function createClient(url: string, fetch: Fetch, authorization: string) {
  const link = {
    url,
    fetch: (input: unknown, init?: unknown) => fetchReply(fetch, String(input), init as RequestInit),
  };
  // Those who share a request share its shortest deadline; who finds it too short sends again, alone.
  const headers = (ops: readonly Operation[]) => ({
    authorization,
    "holdfast-deadline-ms": serverDeadline(Math.min(...ops.map((op) => sharing(op).remainingMs()))),
  });
  return createTRPCUntypedClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => sharing(op).alone,
        true: httpLink({ ...link, headers: ({ op }) => headers([op]) }),
        false: httpBatchLink({
          ...link,
          headers: ({ opList }) => headers(opList),
          maxItems: MAX_BATCH_ITEMS,
          maxURLLength: MAX_URL_LENGTH,
        }),
      }),
    ],
  });
}

function sharing(op: Operation): Sharing {
  return op.context["send"] as Sharing;
}

function serverDeadline(remainingMs: number): string {
  const marginMs = Math.min(REPLY_MARGIN_MS, remainingMs / 10);
  return String(Math.max(1, Math.floor(remainingMs - marginMs)));
}

function replyOf(error: unknown): Reply {
  if (!(error instanceof TRPCClientError)) return { type: "none", sent: true, cause: error };
  const { data, message, meta, cause } = error;
  if (data) {
    const response = meta?.["response"] as ReadReply | undefined;
    return { type: "error", message, data: data as WireErrorData, retryAfterMs: response?.retryAfterMs };
  }
  if (cause instanceof ForeignReply) {
    return { type: "foreign", status: cause.status, retryAfterMs: cause.retryAfterMs, cause };
  }
  return { type: "none", sent: cause instanceof NoReply ? cause.sent : true, cause: cause ?? error };
}
