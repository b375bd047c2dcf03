import http from "node:http";

export interface Message {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
}

export interface Subscription {
  readonly port: number;
  readonly token: string;
  readonly input: unknown;
  readonly lastEventId: string | undefined;
  readonly onMessage: (message: Message) => void;
  /** Hangs up. */
  readonly signal: AbortSignal;
}

/** Server-sent events of `changes.watch`; resolves when the connection has ended: whole, when the server ended it. */
export function subscribe(subscription: Subscription): Promise<"whole" | "broken"> {
  const { port, token, input, lastEventId, onMessage, signal } = subscription;
  return new Promise((resolve) => {
    const broken = (): void => resolve("broken");
    const request = http.get({
      host: "127.0.0.1",
      port,
      signal,
      path: `/trpc/changes.watch?input=${encodeURIComponent(JSON.stringify(input))}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      },
    });
    request.on("error", broken);
    request.on("response", (response) => {
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) if (block.trim() !== "" && !signal.aborted) onMessage(read(block));
      });
      response.on("error", broken);
      response.on("close", () => resolve(response.complete ? "whole" : "broken"));
    });
  });
}

function read(block: string): Message {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ""));
  }
  return { event: fields.get("event"), id: fields.get("id"), data: fields.get("data") ?? "" };
}
