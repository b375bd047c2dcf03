import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

/** Everything that came back over the wire: the head as it was sent, and the body's bytes. */
export interface Received {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface Call {
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
  readonly input: object;
  readonly authorization: string | undefined;
}

/** The same at every time, and of no interest. */
const PASSING = /^(date|x-request-id|traceparent): .*$/gim;
/** A stream says this once it has told what there was to tell. */
const TOLD = /^id: /m;

/** Sends one call by HTTP/1.1; of a subscription that goes on, what it tells at first. */
export async function send(url: string, { path, type, input, authorization }: Call): Promise<Received> {
  const json = JSON.stringify(input);
  const query = type === "mutation" ? "" : `?input=${encodeURIComponent(json)}`;
  const outgoing = request(`${url}/trpc/${path}${query}`, {
    method: type === "mutation" ? "POST" : "GET",
    headers: {
      ...(type === "mutation" && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(json),
      }),
      ...(type === "subscription" && { accept: "text/event-stream" }),
      ...(authorization !== undefined && { authorization }),
    },
  });
  outgoing.end(type === "mutation" ? json : undefined);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  let body = "";
  response.setEncoding("latin1");
  for await (const chunk of response) {
    body += chunk;
    // The stream is closed by leaving the loop.
    if (type === "subscription" && TOLD.test(body)) break;
  }
  return { status: response.statusCode ?? 0, head: headOf(response), body };
}

/** Begins to watch; what is heard from then on is in `body`, until the server ends it. */
export async function listen(
  url: string,
  input: object,
  authorization: string | undefined,
): Promise<{ readonly head: string; readonly body: string }> {
  const outgoing = request(`${url}/trpc/changes.watch?input=${encodeURIComponent(JSON.stringify(input))}`, {
    headers: { accept: "text/event-stream", ...(authorization !== undefined && { authorization }) },
  });
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const heard = { head: headOf(response), body: "" };
  response.setEncoding("latin1").on("data", (chunk: string) => {
    heard.body += chunk;
  });
  return heard;
}

function headOf({ statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  return [statusMessage, ...lines].join("\n").replaceAll(PASSING, "");
}

interface Told {
  readonly data: { readonly code: string; readonly details: { readonly code?: string } };
}

/** "ok", or the code of the error that was told, with the code inside of it where there is one. */
export function outcomeOf({ body }: Received): string {
  const failure = /^event: serialized-error\ndata: (.*)$/m.exec(body)?.[1];
  if (failure === undefined && TOLD.test(body)) return "ok";
  const told = JSON.parse(failure ?? body) as { error?: Told } & Partial<Told>;
  const { data } = failure === undefined ? (told.error ?? { data: undefined }) : told;
  if (data === undefined) return "ok";
  const { code, details } = data;
  return details.code === undefined ? code : `${code} ${details.code}`;
}
