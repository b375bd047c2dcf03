import { exportConversation, getConversation, listConversations, listMessages } from "@holdfast/db";
import { commandInput, queryInput } from "../input.ts";
import { command, execute, reader } from "../procedures.ts";
import { procedure, router } from "../trpc.ts";

/** Conversations: every message survives, and an answer belongs to the server, not to the tab that asked. */
export const conversationsRouter = router({
  create: command("conversations.create", "signed-in"),
  append: command("conversations.append", "signed-in"),
  importJson: command("conversations.importJson", "signed-in"),

  /** Answers as soon as the question is written; what is said to it comes by `changes.watch`. */
  send: procedure("signed-in")
    .input(commandInput("conversations.send"))
    .mutation(async ({ ctx, input }) => {
      const sent = await execute(ctx, "conversations.send", input);
      // A repeated call has begun its answer when it was first executed.
      if (sent.answer !== null && !sent.replayed)
        ctx.answers?.begin(ctx.principal, sent.conversationId, sent.answer);
      return sent;
    }),
  stop: procedure("signed-in")
    .input(commandInput("conversations.stop"))
    .mutation(async ({ ctx, input }) => {
      const stopped = await execute(ctx, "conversations.stop", input);
      ctx.answers?.stop(stopped.answerId);
      return stopped;
    }),

  list: procedure("signed-in")
    .input(queryInput("conversations.list"))
    .query(({ ctx, input }) => listConversations(reader(ctx), ctx.principal, input)),
  get: procedure("signed-in")
    .input(queryInput("conversations.get"))
    .query(({ ctx, input }) => getConversation(reader(ctx), ctx.principal, input)),
  messages: procedure("signed-in")
    .input(queryInput("conversations.messages"))
    .query(({ ctx, input }) => listMessages(reader(ctx), ctx.principal, input)),
  exportJson: procedure("signed-in")
    .input(queryInput("conversations.exportJson"))
    .query(({ ctx, input }) => exportConversation(reader(ctx), ctx.principal, input)),
});
