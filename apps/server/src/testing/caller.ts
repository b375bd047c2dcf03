import type { RouterInputs, RouterOutputs, WireError } from "@holdfast/api";

export type Wallets = keyof RouterInputs["wallets"];

/** What came back over HTTP: the data of a success, or the error as it is on the wire. */
export type Reply<Data = unknown> =
  | { readonly ok: true; readonly status: number; readonly data: Data }
  | { readonly ok: false; readonly status: number; readonly error: WireError };

/** Calls procedures with fetch alone, so that a test sees the wire and not a client's idea of it. */
export interface Caller {
  mutate<K extends Wallets>(
    name: K,
    input: RouterInputs["wallets"][K],
  ): Promise<Reply<RouterOutputs["wallets"][K]>>;
  query<K extends Wallets>(
    name: K,
    input: RouterInputs["wallets"][K],
  ): Promise<Reply<RouterOutputs["wallets"][K]>>;
  /** Any request below /trpc, with the caller's token unless the headers have another. */
  send(path: string, init?: RequestInit): Promise<Response>;
}

export function createCaller(url: string, token: string | undefined): Caller {
  const send = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (token !== undefined && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
    return fetch(`${url}/trpc/${path}`, { ...init, headers });
  };
  return {
    send,
    mutate: async (name, input) =>
      readReply(
        await send(`wallets.${name}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(input),
        }),
      ),
    query: async (name, input) =>
      readReply(await send(`wallets.${name}?input=${encodeURIComponent(JSON.stringify(input ?? {}))}`)),
  };
}

export async function readReply<Data>(response: Response): Promise<Reply<Data>> {
  const body = (await response.json()) as { result: { data: Data } } | { error: WireError };
  const { status } = response;
  return "error" in body
    ? { ok: false, status, error: body.error }
    : { ok: true, status, data: body.result.data };
}

/** The data of a reply that must be a success. */
export function dataOf<Data>(reply: Reply<Data>): Data {
  if (!reply.ok) throw new Error(`refused: ${JSON.stringify(reply.error)}`);
  return reply.data;
}
