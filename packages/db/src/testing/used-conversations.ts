import type { Db, HoldfastCommand, Principal } from "../index.ts";
import { append, createConversation, send, text } from "./conversations.ts";
import { ada, bob, newKey, settle, shop } from "./factories.ts";

/** Uses every command on conversations, with successes, refusals and replays, and leaves messages of every status. */
export async function useConversations(db: Db): Promise<void> {
  const run = (by: Principal, command: HoldfastCommand) => settle<unknown>(db.execute(by, command));
  const key = () => ({ idempotencyKey: newKey("used") });

  const chat = await createConversation(db, ada, { title: 'a "title" é 😀' });
  const hello = { ...text("hello", "hello"), metadata: { from: "the test" } };
  await append(db, ada, chat, { messages: [hello, text("again")] });
  await append(db, ada, chat, { messages: [hello] });
  await settle(append(db, ada, chat, { messages: [text("not hello", "hello")] }));
  await settle(append(db, ada, chat, { messages: [text("late")], expectedSeq: "0" }));
  await settle(append(db, bob, chat, { messages: [text("not mine")] }));

  const ask = async (by: Principal, conversationId: string) => {
    const { answer } = await send(db, by, conversationId, { message: text("why?") });
    return { conversationId, answerId: answer?.answerId ?? "" };
  };
  const say = (words: string) => [{ at: 0, append: words }];
  const told = await ask(ada, chat);
  await run(shop, { kind: "conversations.save", ...key(), ...told, steps: say("be") });
  await settle(send(db, ada, chat, { message: text("and?") }));
  await send(db, ada, chat, { message: text("and then?"), whenBusy: "queue" });
  await run(shop, {
    ...{ kind: "conversations.settle", ...key(), ...told, status: "complete", steps: say("cause") },
  });
  await run(shop, { kind: "conversations.stop", ...key(), ...told });
  const next = await db.execute(shop, { kind: "conversations.answer", ...key(), conversationId: chat });
  const answerId = next.answer?.answerId ?? "";
  await run(ada, { kind: "conversations.stop", ...key(), conversationId: chat, answerId });
  const failed = await ask(ada, chat);
  await run(shop, { kind: "conversations.settle", ...key(), ...failed, status: "failed", error: "away" });

  const other = await createConversation(db, bob);
  const streaming = await ask(bob, other);
  await run(shop, { kind: "conversations.save", ...key(), ...streaming, steps: say("still at it") });
  await run(ada, {
    ...{ kind: "conversations.importJson", ...key() },
    messages: [{ role: "user", content: "hi" }, text("there", "there", "assistant")],
  });
  const elsewhere = { ...ada, tenantId: 2 };
  await append(db, elsewhere, await createConversation(db, elsewhere), { messages: [text("elsewhere")] });
}
