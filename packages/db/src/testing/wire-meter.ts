import net from "node:net";

/** Counts what passes between a client and Postgres. */
export interface WireMeter {
  readonly port: number;
  /** How often a client spoke after the server had answered: what distance would cost. */
  readonly roundTrips: number;
  /** Statements that Postgres reported as done, BEGIN, SET and COMMIT among them. */
  readonly statements: number;
  close(): Promise<void>;
}

const HEADER = 5;
const COMMAND_COMPLETE = "C".charCodeAt(0);

/** A TCP proxy in front of Postgres that reads along. For counting, not for timing. */
export async function startWireMeter(targetPort: number): Promise<WireMeter> {
  const counts = { roundTrips: 0, statements: 0 };
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect({ host: "127.0.0.1", port: targetPort });
    let answered = true;
    const read = messageReader((type) => {
      if (type === COMMAND_COMPLETE) counts.statements++;
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => {
      if (answered) counts.roundTrips++;
      answered = false;
      upstream.write(data);
    });
    upstream.on("data", (data) => {
      answered = true;
      read(data);
      client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    get roundTrips() {
      return counts.roundTrips;
    },
    get statements() {
      return counts.statements;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The server's messages: a type byte and a length each. */
function messageReader(onMessage: (type: number) => void): (data: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (data) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    for (;;) {
      if (pending.length < HEADER) return;
      const length = pending.readInt32BE(1) + 1;
      if (pending.length < length) return;
      onMessage(pending[0] ?? 0);
      pending = pending.subarray(length);
    }
  };
}
