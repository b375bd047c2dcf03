import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort } from "@holdfast/db/testing";
import { expect, test } from "vitest";
import { startTestServer } from "../testing/index.ts";

const WAIT = { timeout: 20_000, interval: 20 };

/** The receiver of docs/webhooks.md, as it stands there. */
function exampleOfTheDocs(): string {
  const doc = readFileSync(new URL("../../../../docs/webhooks.md", import.meta.url), "utf8");
  const [, code] = /```ts\n([\s\S]*?)```/.exec(doc) ?? [];
  if (code === undefined) throw new Error("docs/webhooks.md has no example");
  return code;
}

test("the receiver of the docs takes what is sent, once, and refuses what nobody signed", async () => {
  const server = await startTestServer({ config: { webhooks: { pollMs: 50, loopback: true } } });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hooks`;
  const boss = { tenantId: 1, subject: "boss", role: "admin" } as const;
  const create = { idempotencyKey: randomUUID(), url, topics: ["wallet"] };
  const { secret, webhookId } = await server.db.execute(boss, { kind: "webhooks.create", ...create });
  const receiver = spawn(process.execPath, ["--input-type=module", "--eval", exampleOfTheDocs()], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { PATH: process.env["PATH"], WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  receiver.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const post = (body: string) =>
    fetch(url, { method: "POST", body }).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(() => post('{"type":"wallet.changed"}'), WAIT).toBe(401);

  const walletId = await server.wallet("ada", "100");
  const line = `wallet ${walletId} is at 1: 100 available\n`;
  await expect.poll(() => output, WAIT).toBe(line);
  const replay = { idempotencyKey: randomUUID(), webhookId, topic: { kind: "wallet", id: walletId } };
  await server.db.execute(boss, { kind: "webhooks.replay", ...replay, fromVersion: "1" });
  const attempts = async () => {
    const tx = await server.db.read(boss, (tx) =>
      tx.run("select attempts::text from holdfast.webhook_deliveries"),
    );
    return tx.map((row) => row["attempts"]);
  };
  await expect.poll(attempts, WAIT).toEqual(["2"]);
  expect(output).toBe(line);
  receiver.kill();
  await server.close();
}, 60_000);
