import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as it came in: nothing is parsed but the body, and nothing is verified. */
export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly topic: { readonly kind: string; readonly id: string };
  readonly version: number;
}

export interface Receiver {
  /** Such as http://127.0.0.1:40123/hooks. */
  readonly url: string;
  readonly received: Received[];
  /** How messages are answered; 204 until somebody says otherwise. */
  answer: (message: Received, response: ServerResponse) => void;
  /** The versions of a topic in the order in which they came in first. */
  versionsOf(topicId: string): number[];
  close(): Promise<void>;
}

/** Somebody who is told of changes, on a port of this machine. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const { topic, version } = JSON.parse(body) as { topic: Received["topic"]; version: string };
      const { headers } = request;
      const message = { id: String(headers["webhook-id"]), headers, body, topic, version: Number(version) };
      received.push(message);
      receiver.answer(message, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    answer: (_, response) => response.writeHead(204).end(),
    versionsOf: (topicId) => [
      ...new Set(received.filter(({ topic }) => topic.id === topicId).map(({ version }) => version)),
    ],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
