import { getWebhookSecret, listDeliveries, listWebhooks } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { procedure, router } from "../trpc.ts";

/** Webhooks: every change of some kinds of topics, told to an address of one's own. For admins. */
export const webhooksRouter = router({
  create: command("webhooks.create", "admins"),
  update: command("webhooks.update", "admins"),
  enable: command("webhooks.enable", "admins"),
  disable: command("webhooks.disable", "admins"),
  rotateSecret: command("webhooks.rotateSecret", "admins"),
  remove: command("webhooks.remove", "admins"),
  replay: command("webhooks.replay", "admins"),

  list: procedure("admins")
    .input(queryInput("webhooks.list"))
    .query(({ ctx, input }) => listWebhooks(reader(ctx), ctx.principal, input)),
  secret: procedure("admins")
    .input(queryInput("webhooks.secret"))
    .query(({ ctx, input }) => {
      const { registry } = ctx.db;
      return getWebhookSecret({ registry, ...reader(ctx) }, ctx.principal, input);
    }),
  deliveries: procedure("admins")
    .input(queryInput("webhooks.deliveries"))
    .query(({ ctx, input }) => listDeliveries(reader(ctx), ctx.principal, input)),
});
