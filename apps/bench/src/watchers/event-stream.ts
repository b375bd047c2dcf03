import net from "node:net";

export interface EventStream {
  /** Everything on its socket, heads and frames included. */
  readonly bytesRead: number;
  close(): void;
}

export interface StreamRequest {
  readonly port: number;
  readonly path: string;
  readonly token: string;
}

/** Sockets read into one piece of memory: whoever is told bytes takes them at once, or copies them. */
const READ_INTO = Buffer.allocUnsafe(65_536);

/**
 * As little as a client of a stream can be. Thousands of them share two cores with the server that they measure, and Node's own
 * client took more of these than the server did.
 */
export function openEventStream(
  { port, path, token }: StreamRequest,
  onBytes: (bytes: Buffer) => void,
  onEnd: (why: string) => void,
): EventStream {
  const body = new ChunkedBody(onBytes, onEnd);
  const socket = net.connect({
    host: "127.0.0.1",
    port,
    onread: {
      buffer: READ_INTO,
      callback: (size: number) => {
        body.take(READ_INTO.subarray(0, size));
        return true;
      },
    },
  });
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  socket.on("error", (error) => onEnd(error.message));
  socket.on("close", () => onEnd("the server closed it"));
  return {
    get bytesRead() {
      return socket.bytesRead;
    },
    close: () => socket.destroy(),
  };
}

const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";

/** Takes the head of an answer and the frames of its chunks away. */
export class ChunkedBody {
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #onEnd: (why: string) => void;
  #isOpen = false;
  #pending: Buffer | undefined;

  constructor(onBytes: (bytes: Buffer) => void, onEnd: (why: string) => void) {
    this.#onBytes = onBytes;
    this.#onEnd = onEnd;
  }

  take(bytes: Buffer): void {
    let left = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    if (!this.#isOpen) left = this.#afterHead(left);
    while (this.#isOpen && left.length > 0) {
      const lineEnd = left.indexOf(LINE_END);
      if (lineEnd < 0) break;
      const size = Number.parseInt(left.toString("latin1", 0, lineEnd), 16);
      const end = lineEnd + 2 + size;
      if (left.length < end + 2) break;
      if (size === 0) this.#onEnd("the server ended it");
      else this.#onBytes(left.subarray(lineEnd + 2, end));
      left = left.subarray(end + 2);
    }
    // The memory is read into again.
    this.#pending = left.length === 0 ? undefined : Buffer.from(left);
  }

  #afterHead(bytes: Buffer): Buffer {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return bytes;
    const head = bytes.toString("latin1", 0, end);
    if (!head.startsWith("HTTP/1.1 200 ")) this.#onEnd(`the server answered ${head.slice(9, 12)}`);
    else if (!/^transfer-encoding: chunked$/im.test(head)) this.#onEnd("the answer is not chunked");
    else this.#isOpen = true;
    return bytes.subarray(end + HEAD_END.length);
  }
}
