import { getWebhookSecret, listDeliveries, listWebhooks } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { authed, router } from "../trpc.ts";

/** Webhooks: every change of some kinds of topics, told to an address of one's own. For admins. */
export const webhooksRouter = router({
  create: command("webhooks.create"),
  update: command("webhooks.update"),
  enable: command("webhooks.enable"),
  disable: command("webhooks.disable"),
  rotateSecret: command("webhooks.rotateSecret"),
  remove: command("webhooks.remove"),
  replay: command("webhooks.replay"),

  list: authed
    .input(queryInput("webhooks.list"))
    .query(({ ctx, input }) => listWebhooks(reader(ctx), ctx.principal, input)),
  secret: authed.input(queryInput("webhooks.secret")).query(({ ctx, input }) => {
    const { registry } = ctx.db;
    return getWebhookSecret({ registry, ...reader(ctx) }, ctx.principal, input);
  }),
  deliveries: authed
    .input(queryInput("webhooks.deliveries"))
    .query(({ ctx, input }) => listDeliveries(reader(ctx), ctx.principal, input)),
});
