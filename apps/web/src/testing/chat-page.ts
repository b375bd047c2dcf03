import { randomUUID } from "node:crypto";
import type { Db, Principal } from "@holdfast/db";
import { getConversation } from "@holdfast/db";
import type { Page } from "playwright-core";

const model: Principal = { tenantId: 1, subject: "model", role: "service" };

/** What a person does and sees in a conversation, by its accessible names. */
export function chatPage(page: Page) {
  return {
    box: () => page.getByRole("textbox", { name: "Message" }),
    message: (seq: number) => page.locator(`[data-seq="${seq}"]`),
    /** One's own messages that the conversation does not have yet. */
    unsent: (status?: "pending" | "waiting" | "failed") =>
      page.locator(status === undefined ? "[data-unsent]" : `[data-unsent=${status}]`),
    live: () => page.locator("[data-freshness=live]").waitFor(),
    /** Goes to a conversation by its address. */
    async open(conversationId: string) {
      await page.goto(`/conversations/${conversationId}`);
      await this.live();
    },
    async send(text: string) {
      await this.box().fill(text);
      await this.box().press("Enter");
    },
  };
}

/** The conversation as the server has it, and whoever answers in it. */
function conversationOf(db: Db, owner: Principal, conversationId: string) {
  const read = () => getConversation(db, owner, { conversationId, limit: 200 });
  const answer = async () => {
    const { answerId } = await read();
    if (answerId === null) throw new Error("no answer is under way");
    return { conversationId, answerId, idempotencyKey: randomUUID() };
  };
  return {
    conversationId,
    read,
    /** The words of the questions, in their order. */
    async questions() {
      const { messages } = await read();
      return messages
        .filter(({ message }) => message.role === "user")
        .map(({ message }) => message.parts.map(({ text }) => text).join(""));
    },
    async say(append: string) {
      await db.execute(model, {
        kind: "conversations.save",
        ...(await answer()),
        steps: [{ at: 0, append }],
      });
    },
    async end(status: "complete" | "failed" = "complete", error?: string) {
      const reason = error === undefined ? {} : { error };
      await db.execute(model, { kind: "conversations.settle", ...(await answer()), status, ...reason });
    },
  };
}

export async function beginConversation(db: Db, owner: Principal, title?: string) {
  const named = title === undefined ? {} : { title };
  const create = { kind: "conversations.create", idempotencyKey: randomUUID(), ...named } as const;
  return conversationOf(db, owner, (await db.execute(owner, create)).conversationId);
}
