import net from "node:net";

/** One keep-alive HTTP/1.1 connection with one request under way at a time. */
export interface Connection {
  /** Resolves with the status and the body. */
  post(head: string, body: string): Promise<{ status: number; body: string }>;
  close(): void;
}

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";

/**
 * As little as an HTTP client can be, because it shares the cores with the servers that it measures: it knows a length
 * told in advance and chunks, and reads a chunked body only when somebody asks for what went wrong.
 */
export async function openConnection(port: number): Promise<Connection> {
  const socket = net.connect({ host: "127.0.0.1", port });
  socket.setNoDelay(true);
  socket.setEncoding("latin1");
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  let settle:
    | { resolve(reply: { status: number; body: string }): void; reject(error: Error): void }
    | undefined;
  let received = "";
  const fail = (error: Error): void => {
    settle?.reject(error);
    settle = undefined;
  };
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server closed the connection")));
  socket.on("data", (chunk: string) => {
    received += chunk;
    if (!isComplete(received)) return;
    const reply = {
      status: Number(received.slice(9, 12)),
      body: received.slice(received.indexOf(HEAD_END) + 4),
    };
    received = "";
    const waiting = settle;
    settle = undefined;
    waiting?.resolve(reply);
  });
  return {
    post(head, body) {
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`, "latin1");
      });
    },
    close: () => socket.destroy(),
  };
}

function isComplete(received: string): boolean {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return false;
  const head = received.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return received.length >= end + HEAD_END.length + Number(length);
  return received.endsWith(LAST_CHUNK);
}
