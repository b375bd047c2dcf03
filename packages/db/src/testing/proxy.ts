import net from "node:net";

/** What becomes of what passes on one connection; `pass` hands it on, now or later. */
export interface Passing {
  sent(data: Buffer, pass: () => void): void;
  answered(data: Buffer, pass: () => void): void;
}

export interface Proxy {
  readonly port: number;
  /** Ends its connections, too. */
  close(): Promise<void>;
}

/** A TCP proxy on loopback in front of Postgres, which `open` makes do with each connection whatever a test needs. */
export async function startProxy(targetPort: number, open: () => Passing): Promise<Proxy> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect({ host: "127.0.0.1", port: targetPort });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const passing = open();
    client.on("data", (data) => passing.sent(data, () => upstream.write(data)));
    upstream.on("data", (data) => passing.answered(data, () => client.write(data)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
