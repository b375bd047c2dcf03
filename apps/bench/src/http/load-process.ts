import { createHoldfast } from "@holdfast/client";
import { createTRPCClient, httpBatchLink, type TRPCClient } from "@trpc/client";
import { newKey } from "../keys.ts";
import { runLoad } from "../load.ts";
import { openConnection } from "./connection.ts";
import type { LoadOrder, LoadReport } from "./load-order.ts";
import type { TextbookRouter } from "./textbook-router.ts";

/** The callers, in a process of their own: what they cost is not the server's. */
process.once("message", async (order: LoadOrder) => {
  const calls = await createCalls(order);
  const acknowledged: [number, number] = [0, 0];
  const load = await runLoad({
    callers: order.callers,
    seconds: order.seconds,
    warmUpSeconds: order.warmUpSeconds,
    mostOperations: order.mostOperations,
    async operate(caller) {
      const direction = (caller % 2) as 0 | 1;
      await calls.transfer(caller, direction);
      acknowledged[direction]++;
    },
  });
  calls.close();
  const report: LoadReport = { ...load, latenciesMs: [...load.latenciesMs], acknowledged };
  process.send?.(report, () => process.exit());
});

interface Calls {
  /** Pays 1 from the wallet of this direction to the other. */
  transfer(caller: number, direction: 0 | 1): Promise<void>;
  close(): void;
}

function createCalls(order: LoadOrder): Promise<Calls> | Calls {
  switch (order.client) {
    case "http":
      return httpCalls(order);
    case "holdfast-client":
      return clientCalls(order);
    case "trpc-batch-client":
      return batchLinkCalls(order);
  }
}

async function httpCalls({ port, token, wallets, callers }: LoadOrder): Promise<Calls> {
  const connections = await Promise.all(Array.from({ length: callers }, () => openConnection(port)));
  const head = `POST /trpc/wallets.transfer HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
  return {
    async transfer(caller, direction) {
      const { status, body } = (await connections[caller]?.post(
        head,
        `{"idempotencyKey":"${newKey()}","fromWalletId":"${wallets[direction]}","toWalletId":"${wallets[1 - direction]}","amount":"1"}`,
      )) ?? { status: 0, body: "" };
      if (status !== 200) throw new Error(`the server answered ${status}: ${body.slice(0, 500)}`);
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}

function clientCalls({ port, token, wallets }: LoadOrder): Calls {
  const holdfast = createHoldfast({ url: `http://127.0.0.1:${port}`, token });
  return {
    async transfer(_caller, direction) {
      const fromWalletId = wallets[direction];
      const toWalletId = wallets[1 - direction] ?? "";
      await holdfast.wallets.transfer({ fromWalletId, toWalletId, amount: 1n });
    },
    close() {},
  };
}

function batchLinkCalls({ port, token, wallets }: LoadOrder): Calls {
  const headers = { authorization: `Bearer ${token}` };
  const link = httpBatchLink<TextbookRouter>({
    url: `http://127.0.0.1:${port}/trpc`,
    headers,
    maxItems: 100,
  });
  const client: TRPCClient<TextbookRouter> = createTRPCClient({ links: [link] });
  return {
    async transfer(_caller, direction) {
      const fromWalletId = wallets[direction];
      const toWalletId = wallets[1 - direction] ?? "";
      await client.wallets.transfer.mutate({
        idempotencyKey: newKey(),
        fromWalletId,
        toWalletId,
        amount: "1",
      });
    },
    close() {},
  };
}
