import { appRouter } from "../app-router.ts";
import { conversationRoutes } from "../conversations/routes.ts";
import { keyRoutes } from "../keys/routes.ts";
import { operationRoutes } from "../operations/routes.ts";
import { seatRoutes, showRoutes } from "../shows/routes.ts";
import { walletRoutes } from "../wallets/routes.ts";
import { webhookRoutes } from "../webhooks/routes.ts";
import type { Route } from "./route.ts";

/** Every call by HTTP. A feature is a list and a line here; a test names the procedures that have no address. */
export const routes: readonly Route[] = [
  ...walletRoutes,
  ...showRoutes,
  ...seatRoutes,
  ...conversationRoutes,
  ...webhookRoutes,
  ...operationRoutes,
  ...keyRoutes,
];

/** Procedures that no route leads to, and why. */
export const withoutRoute: Readonly<Record<string, string>> = {
  "changes.watch": "it answers with a stream of events: GET /v1/changes, which watch.ts describes",
};

/** By their dotted paths: tRPC's type says nested, but the record is flat. */
export const procedures = appRouter._def.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly type: "query" | "mutation" | "subscription" } }>
>;
