import net from "node:net";
import postgres from "postgres";
import { SessionLost } from "./postgres-error.ts";
import type { Row, Statements } from "./statements.ts";

export interface SessionOptions {
  readonly url: string;
  /** The role that the session starts in and falls back to after each transaction: one that may do next to nothing. */
  readonly role: string | undefined;
  readonly connectTimeoutMs: number;
  /** False behind a PgBouncer older than 1.21 in transaction mode. */
  readonly prepare: boolean;
  /** Told when a session is gone, whatever the reason. */
  readonly onLost?: (() => void) | undefined;
}

/**
 * One connection, lent to one transaction at a time. It lives once: when its backend or its socket dies, everything
 * under way rejects at once and every later call is refused; it never connects again behind the caller's back.
 *
 * That is not what postgres.js does by itself. It reconnects silently, so a statement that was meant for a dead
 * transaction runs autocommitted on a fresh backend (driver-faults.test.ts has the experiments). Here the socket is ours:
 * the driver gets one and no second, and promises are settled by us when it closes, because the driver leaves some open.
 */
export interface Session extends Statements {
  /** Runs statements without parameters or rows in one message; answers the command tag of the last, such as "COMMIT". */
  runScript(script: string): Promise<string>;
  readonly client: postgres.Sql;
  /** Sends a query of the client's and rejects it when the session is lost, which the driver alone may never do. */
  send<T>(start: () => PromiseLike<T>): Promise<T>;
  readonly lost: boolean;
  /** Ends the session now, without asking the server. What was under way rejects with SessionLost. */
  destroy(reason: string): void;
}

/** More than a batch writes: the driver holds the next statement back while the socket says that it is full. */
const WRITE_AHEAD_BYTES = 1024 * 1024;

export function openSession(options: SessionOptions): Session {
  const underWay = new Set<(error: Error) => void>();
  let socket: net.Socket | undefined;
  let loss: SessionLost | undefined;
  let established = false;

  const lose = (reason: string): void => {
    if (loss !== undefined) return;
    loss = new SessionLost(reason);
    options.onLost?.();
    for (const reject of underWay) reject(loss);
    underWay.clear();
    socket?.destroy();
    // `end` drops what the driver still queues. After a disconnect it never settles, so nobody waits for it.
    client.end({ timeout: 0 }).catch(() => {});
  };

  const dialOnce = async (to: { host: string[]; port: number[]; path?: string }): Promise<net.Socket> => {
    if (socket !== undefined || loss !== undefined) throw loss ?? new SessionLost("the session was used up");
    const address = to.path
      ? { path: to.path }
      : { host: to.host[0] ?? "127.0.0.1", port: to.port[0] ?? 5432 };
    // In Node's documentation, but not in its types.
    const buffers = { writableHighWaterMark: WRITE_AHEAD_BYTES };
    socket = net.connect({ ...address, ...buffers });
    socket.setNoDelay(true);
    socket.setTimeout(options.connectTimeoutMs, () => lose("the connection was not established in time"));
    try {
      await new Promise<void>((resolve, reject) => {
        socket
          ?.once("connect", resolve)
          .once("error", reject)
          .once("close", () => reject(new Error("closed")));
      });
    } catch (error) {
      lose(`can't connect: ${error instanceof Error ? error.message : "unknown"}`);
      throw loss;
    }
    socket.on("close", () => lose("the connection closed"));
    return Object.assign(socket, { host: to.host[0], port: to.port[0] });
  };

  const client = postgres(options.url, {
    max: 1,
    fetch_types: false,
    prepare: options.prepare,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: options.connectTimeoutMs / 1000,
    onnotice: () => {},
    onclose: () => lose("the connection closed"),
    connection: {
      application_name: "holdfast",
      ...(options.role === undefined ? {} : { role: options.role }),
    },
    // Not in the driver's types, but its documented way to bring one's own socket.
    ...{ socket: dialOnce },
  });

  function send<T>(start: () => PromiseLike<T>): Promise<T> {
    if (loss !== undefined) return Promise.reject(loss);
    return new Promise<T>((resolve, reject) => {
      underWay.add(reject);
      const query = start();
      query.then(
        (value) => {
          underWay.delete(reject);
          letGo(query);
          if (!established) {
            established = true;
            socket?.setTimeout(0);
          }
          resolve(value);
        },
        (error: unknown) => {
          underWay.delete(reject);
          letGo(query);
          reject(asLoss(error) ?? error);
        },
      );
    });
  }

  return {
    client,
    send,
    get lost() {
      return loss !== undefined;
    },
    run: (text, parameters = []) =>
      send(() => client.unsafe<Row[]>(text, [...parameters], { prepare: options.prepare })),
    runScript: (script) => send(() => client.unsafe(script).simple()).then((result) => result.command),
    destroy: lose,
  };
}

/**
 * Takes from a query of the driver's that is answered what it was sent. It outlives its answer: functions that are assigned to a
 * property, as its constructor does, V8 puts among the old objects, with all that they refer to, until the next full collection.
 * With what a batch sends kept for so long, collecting the young ones took twice as long.
 */
function letGo(query: object): void {
  const sent: { args?: unknown; parameters?: unknown; signature?: unknown } = query;
  sent.args = undefined;
  sent.parameters = undefined;
  sent.signature = undefined;
}

/** The driver reports a broken connection by these codes or by the socket's own error. */
function asLoss(error: unknown): SessionLost | undefined {
  if (error instanceof SessionLost) return error;
  if (!(error instanceof Error) || "severity" in error || !("code" in error)) return undefined;
  return new SessionLost(`the connection failed: ${String(error.code)}`, { cause: error });
}
