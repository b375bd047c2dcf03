import net from "node:net";

/** What the proxy does to a connection between Holdfast and Postgres. */
export type ProxyMode =
  | "pass"
  /** Nothing arrives in either direction and nothing is closed. */
  | "black-hole"
  /** COMMIT is swallowed and the connection reset: it was never executed. */
  | "cut-before-commit"
  /** COMMIT is passed on and its answer swallowed, then the connection is reset. */
  | "cut-after-commit";

export interface TcpProxy {
  readonly port: number;
  mode: ProxyMode;
  /** How often a connection was cut or swallowed: a fault that did not fire proves nothing. */
  readonly fired: number;
  close(): Promise<void>;
}

/** COMMIT as a simple query: 'Q', length 11, text, NUL. */
const COMMIT = Buffer.from("Q\0\0\0\x0bcommit\0");

/** A proxy on loopback in front of a Postgres. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const open = new Set<net.Socket>();
  const proxy = { mode: "pass" as ProxyMode, fired: 0 };
  const server = net.createServer((client) => {
    const upstream = net.connect(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          open.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    let swallow = false;
    client.on("data", (data) => {
      if (proxy.mode === "black-hole") {
        proxy.fired++;
        swallow = true;
        return;
      }
      const at = data.indexOf(COMMIT);
      if (at >= 0 && proxy.mode === "cut-before-commit") {
        proxy.fired++;
        upstream.write(data.subarray(0, at), () => client.resetAndDestroy());
        return;
      }
      if (at >= 0 && proxy.mode === "cut-after-commit") {
        proxy.fired++;
        swallow = true;
        upstream.once("data", () => client.resetAndDestroy());
      }
      upstream.write(data);
    });
    upstream.on("data", (data) => {
      if (!swallow && proxy.mode !== "black-hole") client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    get mode() {
      return proxy.mode;
    },
    set mode(mode) {
      proxy.mode = mode;
    },
    get fired() {
      return proxy.fired;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
