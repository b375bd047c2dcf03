import type { Db, HoldfastCommand, Principal } from "../index.ts";
import { append, createConversation, send, text } from "./conversations.ts";
import { ada, bob, newKey, openWallet, settle, shop } from "./factories.ts";

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

/**
 * Uses every command on answers that a wallet pays for, two tokens a sat and 100 sat at most, and leaves one of each sort under
 * way; `untilAbandoned` waits until the lease of a conversation's answer has run out.
 */
export async function usePaidAnswers(
  db: Db,
  untilAbandoned: (conversationId: string) => Promise<void>,
): Promise<void> {
  const walletId = await openWallet(db, 550n);
  const key = () => ({ idempotencyKey: newKey("used") });
  const ask = async (more: { walletId?: string } = { walletId }) => {
    const conversationId = await createConversation(db);
    const { answer } = await send(db, ada, conversationId, { message: text("how much?"), ...more });
    return { conversationId, answerId: answer?.answerId ?? "" };
  };
  type Answer = Awaited<ReturnType<typeof ask>>;
  const save = (answer: Answer, tokens: number) =>
    db.execute(shop, {
      ...{ kind: "conversations.save", ...key(), ...answer, tokens },
      steps: [
        { at: 0, part: { type: "reasoning", text: "hm" } },
        { at: 1, append: 'a "lot" \\ é 😀' },
      ] as const,
    });
  const end = (answer: Answer, tokens: number) =>
    db.execute(shop, { kind: "conversations.settle", ...key(), ...answer, status: "complete", tokens });

  const abandoned = await ask();
  await save(abandoned, 3);
  const swept = await ask({});
  const stopped = await ask();
  await save(stopped, 20);
  await db.execute(ada, { kind: "conversations.stop", ...key(), ...stopped });

  // Two questions wait: the first of them can be paid for when its turn comes, the second can't.
  const queue = (conversationId: string) =>
    send(db, ada, conversationId, { message: text("and?"), whenBusy: "queue", walletId });
  const told = await ask();
  await queue(told.conversationId);
  await end(told, 50);
  const answer = { kind: "conversations.answer", conversationId: told.conversationId, walletId } as const;
  const next = await db.execute(shop, { ...answer, ...key() });
  await queue(told.conversationId);
  await end({ ...told, answerId: next.answer?.answerId ?? "" }, 50);
  const rest = await db.execute(ada, {
    kind: "wallets.hold",
    ...key(),
    walletId,
    amount: "111",
    expiresInSeconds: 600,
  });
  await db.execute(shop, { ...answer, ...key() });
  await db.execute(ada, { kind: "wallets.release", ...key(), holdId: rest.holdId });

  await untilAbandoned(abandoned.conversationId);
  await untilAbandoned(swept.conversationId);
  await send(db, ada, abandoned.conversationId, { message: text("still there?") });
  await db.sweep();
  const waiting = await ask();
  await queue(waiting.conversationId);
  await save(waiting, 0);
}
