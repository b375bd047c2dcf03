import net from "node:net";

const HEAD_END = "\r\n\r\n";
const LENGTH = "content-length: ";
const READ_BYTES = 8_192;

/**
 * A keep-alive connection that costs as little as Node allows, because it shares the cores with the server that it measures: a
 * buffer of its own to read into, requests that were written beforehand, of an answer only its status and its length.
 */
export class RawConnection {
  /** When the request under way was due, and what becomes of it. */
  dueMs = 0;
  onAnswer: (connection: RawConnection, status: number) => void = () => {};
  readonly request: Buffer;
  readonly direction: 0 | 1;
  readonly #port: number;
  #socket: net.Socket | undefined;
  #isAsked = false;
  #status = 0;
  #missing = 0;

  constructor(port: number, request: Buffer, direction: 0 | 1) {
    this.#port = port;
    this.request = request;
    this.direction = direction;
  }

  open(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const socket = net.connect({
      port: this.#port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer,
        callback: (bytes) => {
          this.#read(buffer, bytes);
          return true;
        },
      },
    });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.once("connect", resolve).on("error", reject);
      socket.once("close", () => {
        if (this.#socket === socket) this.#lost();
      });
    });
  }

  /** Sends the request, as it was written into its buffer. */
  send(): void {
    this.#isAsked = true;
    this.#status = 0;
    this.#socket?.write(this.request);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  #read(buffer: Buffer, bytes: number): void {
    if (this.#status === 0) {
      const head = buffer.toString("latin1", 0, bytes);
      const end = head.indexOf(HEAD_END);
      const length = head.indexOf(LENGTH);
      if (end < 0 || length < 0)
        throw new Error("the server's answer has a head that this client can't read");
      this.#status = Number(head.slice(9, 12));
      this.#missing =
        end + HEAD_END.length + Number.parseInt(head.slice(length + LENGTH.length, length + 28), 10);
    }
    this.#missing -= bytes;
    if (this.#missing === 0) this.#answered(this.#status);
  }

  #answered(status: number): void {
    this.#isAsked = false;
    this.onAnswer(this, status);
  }

  /** Whoever lost a connection opens another one; what was asked on the first is as good as unanswered. One that was idle lost nothing. */
  #lost(wasAsked = this.#isAsked): void {
    void this.open().then(
      () => {
        if (wasAsked) this.#answered(0);
      },
      () => setTimeout(() => this.#lost(wasAsked), 100),
    );
  }
}
