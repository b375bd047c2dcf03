import { randomUUID } from "node:crypto";
import http from "node:http";

interface Order {
  readonly port: number;
  readonly token: string;
  readonly forMs: number;
}

/** Far beyond what is let in while a crowd stands, and in few enough requests that two cores can send them. */
const CALLERS = 128;
const CALLS_A_REQUEST = 20;
const REFUSED = 503;

const order = JSON.parse(process.argv[2] ?? "") as Order;
const agent = new http.Agent({ keepAlive: true, maxSockets: CALLERS });
const path = `/trpc/${Array.from({ length: CALLS_A_REQUEST }, () => "wallets.transfer").join(",")}?batch=1`;
const endsAt = performance.now() + order.forMs;
let refused = 0;

/** Transfers between wallets that nobody has: the whole write path, and no row of it stays. */
function body(): string {
  const call = () => ({
    ...{ idempotencyKey: randomUUID(), amount: "1" },
    ...{ fromWalletId: randomUUID(), toWalletId: randomUUID() },
  });
  return JSON.stringify(Object.fromEntries(Array.from({ length: CALLS_A_REQUEST }, (_, at) => [at, call()])));
}

/** The status of the answer; 0 when there was none, because the server is being killed. */
function ask(): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${order.token}`, "content-type": "application/json" };
    const request = http.request(
      { agent, host: "127.0.0.1", port: order.port, path, method: "POST", headers },
      (response) => response.resume().once("close", () => resolve(response.statusCode ?? 0)),
    );
    request.once("error", () => resolve(0));
    request.end(body());
  });
}

async function caller(): Promise<void> {
  while (performance.now() < endsAt) {
    const status = await ask();
    if (status === REFUSED) refused++;
    // A server that is away answers at once, with nothing.
    if (status === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

await Promise.all(Array.from({ length: CALLERS }, caller));
agent.destroy();
process.stdout.write(String(refused));
