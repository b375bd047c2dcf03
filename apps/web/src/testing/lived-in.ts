import type { Principal } from "@holdfast/db";
import { startReceiver, startTestServer } from "@holdfast/server/testing";
import { beginConversation } from "./chat-page.ts";
import { walletOf } from "./wallet-of.ts";

const warden: Principal = { tenantId: 1, subject: "warden", role: "admin" };
/** A word that no line has room for. */
const ENDLESS = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(8);

/** A server whose demo has been used: something of everything that a page can show, also what is too long for it. */
export async function startLivedInServer() {
  const [works, fails] = [await startReceiver(), await startReceiver()];
  fails.answer = (_, response) => response.writeHead(500).end();
  const server = await startTestServer({
    config: { demo: true, webhooks: { pollMs: 50, loopback: true } },
  });
  const { db } = server;

  const hook = (name: string, url: string) =>
    db.execute(warden, {
      ...{ kind: "webhooks.create", idempotencyKey: `hook-${name}`, description: `It ${name}` },
      ...{ topics: ["wallet", "conversation"], url },
    });
  await hook("works", works.url);
  const { webhookId } = await hook("fails", `${fails.url}?${ENDLESS}`);
  for (const subject of ["billing", ENDLESS.slice(0, 255)]) {
    const key = { kind: "keys.create", idempotencyKey: `key-${subject}`.slice(0, 255) } as const;
    await db.execute(warden, { ...key, subject, role: "service" });
  }
  const { keyId } = await db.execute(warden, {
    ...{ kind: "keys.create", idempotencyKey: "key-revoked", subject: "former", role: "user" },
  });
  await db.execute(warden, { kind: "keys.revoke", idempotencyKey: "revoke", keyId });

  const own = await walletOf(server, "warden");
  const other = await walletOf(server, "ada");
  const boost = {
    kind: "wallets.boost",
    ...{ fromWalletId: own.walletId, toWalletId: other.walletId },
    ...{ message: ENDLESS, episodeTitle: ENDLESS.slice(0, 200) },
  } as const;
  await db.execute(warden, { ...boost, idempotencyKey: "boosted", amount: 50n });
  await db
    .execute(warden, { ...boost, idempotencyKey: "refused", amount: 10n ** 15n })
    .catch(() => undefined);

  const talk = await beginConversation(db, warden, ENDLESS.slice(0, 200));
  await db.execute(warden, {
    ...{ kind: "conversations.append", idempotencyKey: "said", conversationId: talk.conversationId },
    messages: [
      { id: "m1", role: "user", parts: [{ type: "text", text: `Why is this so long: ${ENDLESS}?` }] },
      {
        id: "m2",
        role: "assistant",
        parts: [{ type: "text", text: `\`\`\`sql\nselect ${ENDLESS}\n\`\`\`` }],
      },
    ],
  });

  return {
    server,
    webhookId,
    walletId: own.walletId,
    conversationId: talk.conversationId,
    async close() {
      await server.close();
      await works.close();
      await fails.close();
    },
  };
}
