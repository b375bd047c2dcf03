import net from "node:net";
import { watchCommits } from "./commits.ts";

/** A TCP proxy on loopback whose connections can be broken in every way that a network knows. */
export interface FaultyProxy {
  readonly port: number;
  /** Closes (FIN) or resets (RST) every open connection; answers how many there were. */
  breakAll(how: "close" | "reset"): number;
  /**
   * From now on nothing arrives in either direction, on old connections and new ones; nothing is closed. Afterwards a
   * connection that lost bytes stays silent: who waits must find out by itself.
   */
  blackHole(on: boolean): void;
  /** Holds every chunk back for so long; 0 for none. */
  delay(ms: number): void;
  /** The next so many COMMITs meet a reset: swallowed before Postgres sees them, or passed on and their answer swallowed. */
  cutCommits(when: "before" | "after", count: number): void;
  /** Chunks swallowed or delayed and connections broken so far: a fault that touched nothing did not fire. */
  readonly touched: number;
  close(): Promise<void>;
}

interface Connection {
  readonly client: net.Socket;
  readonly upstream: net.Socket;
  readonly nextCommit: ReturnType<typeof watchCommits>;
  /** Set when answers must no longer reach the client. */
  muted: boolean;
  /** Set when bytes were swallowed: a stream with a gap delivers nothing after it, ever. */
  broken: boolean;
}

interface Delayed {
  readonly data: Buffer;
  readonly dueMs: number;
}

export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  const connections = new Set<Connection>();
  const onTheirWay = new WeakMap<net.Socket, Delayed[]>();
  const faults = { blackHole: false, delayMs: 0, before: 0, after: 0 };
  let touched = 0;

  const server = net.createServer((client) => {
    const upstream = net.connect({ host: "127.0.0.1", port: targetPort });
    const connection: Connection = {
      client,
      upstream,
      nextCommit: watchCommits(),
      muted: false,
      broken: false,
    };
    connections.add(connection);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    for (const socket of [client, upstream]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        connections.delete(connection);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => forward(connection, data));
    upstream.on("data", (data) => {
      if (connection.muted || swallowed(connection)) touched++;
      else deliver(client, data);
    });
  });

  function swallowed(connection: Connection): boolean {
    connection.broken ||= faults.blackHole;
    return connection.broken;
  }

  function forward(connection: Connection, data: Buffer): void {
    if (swallowed(connection)) {
      touched++;
      return;
    }
    const commits = connection.nextCommit(data);
    const at = faults.before + faults.after > 0 ? commits : -1;
    if (at >= 0 && faults.before > 0) {
      faults.before--;
      touched++;
      connection.upstream.write(data.subarray(0, at), () => connection.client.resetAndDestroy());
    } else if (at >= 0) {
      faults.after--;
      touched++;
      connection.muted = true;
      connection.upstream.once("data", () => connection.client.resetAndDestroy());
      connection.upstream.write(data);
    } else {
      deliver(connection.upstream, data);
    }
  }

  /** In the order of arrival, also when the delay is taken away while something is on its way. */
  function deliver(to: net.Socket, data: Buffer): void {
    const queue = onTheirWay.get(to) ?? [];
    if (faults.delayMs === 0 && queue.length === 0) {
      to.write(data);
      return;
    }
    touched++;
    onTheirWay.set(to, queue);
    queue.push({ data, dueMs: performance.now() + faults.delayMs });
    if (queue.length === 1) deliverLater(to, queue);
  }

  function deliverLater(to: net.Socket, queue: Delayed[]): void {
    const [first] = queue;
    if (first === undefined) return;
    setTimeout(
      () => {
        queue.shift();
        if (to.writable) to.write(first.data);
        deliverLater(to, queue);
      },
      Math.max(0, first.dueMs - performance.now()),
    );
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  const breakAll = (how: "close" | "reset"): number => {
    const broken = [...connections];
    for (const { client, upstream } of broken) {
      if (how === "reset") {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      } else {
        client.end();
        upstream.end();
      }
    }
    touched += broken.length;
    return broken.length;
  };

  return {
    port: address.port,
    breakAll,
    blackHole(on) {
      faults.blackHole = on;
    },
    delay(ms) {
      faults.delayMs = ms;
    },
    cutCommits(when, count) {
      faults.before = when === "before" ? count : 0;
      faults.after = when === "after" ? count : 0;
    },
    get touched() {
      return touched;
    },
    async close() {
      breakAll("reset");
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
