import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { changesRouter } from "./changes/router.ts";
import { conversationsRouter } from "./conversations/router.ts";
import { keysRouter } from "./keys/router.ts";
import { operationsRouter } from "./operations/router.ts";
import { seatsRouter, showsRouter } from "./shows/router.ts";
import { router } from "./trpc.ts";
import { walletsRouter } from "./wallets/router.ts";
import { webhooksRouter } from "./webhooks/router.ts";

/** Everything that can be called, under the names of DESIGN.md §4. A feature is a folder and a line here. */
export const appRouter = router({
  wallets: walletsRouter,
  shows: showsRouter,
  seats: seatsRouter,
  conversations: conversationsRouter,
  webhooks: webhooksRouter,
  operations: operationsRouter,
  keys: keysRouter,
  changes: changesRouter,
});

export type AppRouter = typeof appRouter;
/** What a caller sends, by procedure: amounts and versions as decimal strings. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** What a caller gets, by procedure. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;
