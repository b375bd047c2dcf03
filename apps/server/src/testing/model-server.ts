import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deferred } from "./deferred.ts";

/** One request to the model, and what the test lets it answer. */
export interface ModelCall {
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
    readonly max_tokens?: number;
  };
  readonly authorization: string | undefined;
  say(...words: string[]): void;
  /** The end; with what was used, where a model tells it. */
  end(usage?: { readonly input: number; readonly output: number }): void;
  /** Instead of an answer: an error, with a text that nobody else must see. */
  refuse(status: number): void;
  /** The connection breaks. */
  cut(): void;
  /** Resolves when the caller has hung up before the end. */
  readonly hungUp: Promise<void>;
}

export interface ModelServer {
  /** For HOLDFAST_MODEL_URL. */
  readonly url: string;
  /** The next call, whether it has come or is still to come. */
  next(): Promise<ModelCall>;
  close(): Promise<void>;
}

/** A model behind OpenAI's protocol, whose words the test says. */
export async function startModelServer(): Promise<ModelServer> {
  const calls: ModelCall[] = [];
  const waiting: ((call: ModelCall) => void)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ModelCall["body"];
    const call = modelCall(response, body, request.headers.authorization);
    const taker = waiting.shift();
    if (taker === undefined) calls.push(call);
    else taker(call);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    next: () => {
      const call = calls.shift();
      return call ? Promise.resolve(call) : new Promise((resolve) => waiting.push(resolve));
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function modelCall(
  response: ServerResponse,
  body: ModelCall["body"],
  authorization: string | undefined,
): ModelCall {
  const hungUp = deferred();
  response.on("close", () => {
    if (!response.writableFinished) hungUp.resolve();
  });
  const send = (data: object | "[DONE]") => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  };
  const chunk = (choice: object, more: object = {}) =>
    send({ id: "call", created: 1, model: body.model, choices: [{ index: 0, ...choice }], ...more });
  return {
    body,
    authorization,
    hungUp: hungUp.promise,
    say: (...words) => {
      for (const content of words) chunk({ delta: { role: "assistant", content } });
    },
    end: (usage) => {
      chunk({ delta: {}, finish_reason: "stop" });
      if (usage !== undefined) {
        const { input, output } = usage;
        const total = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
        send({ id: "call", created: 1, model: body.model, choices: [], usage: total });
      }
      send("[DONE]");
      response.end();
    },
    refuse: (status) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "the account sk-secret is not known" } }));
    },
    cut: () => response.destroy(),
  };
}
