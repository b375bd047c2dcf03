import { connect, createServer } from "node:net";

/** Postgres's start-up message for user and database `postgres`, protocol 3.0. */
function startupMessage(): Buffer {
  const parameters = Buffer.from("user\0postgres\0database\0postgres\0\0");
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, parameters]);
}

/**
 * Whether a Postgres on this port lets a client log in: it asks for the password (`R`) instead of refusing (`E`)
 * because it is starting or stopping. The same question as pg_isready's, and no password is sent.
 */
export function acceptsConnections(port: number, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const finish = (answer: boolean) => {
      resolve(answer);
      socket.end();
    };
    socket.setTimeout(timeoutMs, () => {
      finish(false);
      socket.destroy();
    });
    socket.once("connect", () => socket.write(startupMessage()));
    socket.once("data", (reply) => finish(reply[0] === "R".charCodeAt(0)));
    socket.once("error", () => finish(false));
    socket.once("close", () => finish(false));
  });
}

/** A port that was free a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
