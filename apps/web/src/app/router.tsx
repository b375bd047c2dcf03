import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { parseRaceSearch } from "../race-lab/address.ts";
import { NotFound } from "./not-found.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../home/home-page.tsx"), "HomePage"),
});
const WalletsPage = lazyRouteComponent(() => import("../wallets/wallets-page.tsx"), "WalletsPage");
const wallets = createRoute({
  getParentRoute: () => root,
  path: "/wallets",
  component: () => <WalletsPage />,
});
const wallet = createRoute({
  getParentRoute: () => root,
  path: "/wallets/$walletId",
  component: function WalletRoute() {
    return <WalletsPage walletId={wallet.useParams().walletId} />;
  },
});
const seats = createRoute({
  getParentRoute: () => root,
  path: "/seats",
  component: lazyRouteComponent(() => import("../seats/shows-page.tsx"), "ShowsPage"),
});
const ShowPage = lazyRouteComponent(() => import("../seats/show-page.tsx"), "ShowPage");
const show = createRoute({
  getParentRoute: () => root,
  path: "/seats/$showId",
  component: function ShowRoute() {
    return <ShowPage showId={show.useParams().showId} />;
  },
});
const ConversationsPage = lazyRouteComponent(
  () => import("../conversations/conversations-page.tsx"),
  "ConversationsPage",
);
const conversations = createRoute({
  getParentRoute: () => root,
  path: "/conversations",
  component: () => <ConversationsPage />,
});
const conversation = createRoute({
  getParentRoute: () => root,
  path: "/conversations/$conversationId",
  component: function ConversationRoute() {
    return <ConversationsPage conversationId={conversation.useParams().conversationId} />;
  },
});
const metrics = createRoute({
  getParentRoute: () => root,
  // `/metrics` itself belongs to Prometheus.
  path: "/live-metrics",
  component: lazyRouteComponent(() => import("../metrics/metrics-page.tsx"), "MetricsPage"),
});
const OperationsPage = lazyRouteComponent(
  () => import("../operations/operations-page.tsx"),
  "OperationsPage",
);
const operations = createRoute({
  getParentRoute: () => root,
  path: "/operations",
  // What is asked stands in the address, so that a story can be shown to somebody else.
  validateSearch: ({ of }: Record<string, unknown>): { of?: string } =>
    typeof of === "string" && of !== "" ? { of } : {},
  component: function OperationsRoute() {
    return <OperationsPage asked={operations.useSearch().of} />;
  },
});
const RaceLabPage = lazyRouteComponent(() => import("../race-lab/race-lab-page.tsx"), "RaceLabPage");
const raceLab = createRoute({
  getParentRoute: () => root,
  path: "/race-lab",
  // All that a race depends on, so that it can be shown to somebody else.
  validateSearch: parseRaceSearch,
  component: function RaceLabRoute() {
    return <RaceLabPage search={raceLab.useSearch()} />;
  },
});
const keys = createRoute({
  getParentRoute: () => root,
  path: "/administration",
  component: lazyRouteComponent(() => import("../administration/keys/keys-page.tsx"), "KeysPage"),
});
const WebhooksPage = lazyRouteComponent(
  () => import("../administration/webhooks/webhooks-page.tsx"),
  "WebhooksPage",
);
const webhooks = createRoute({
  getParentRoute: () => root,
  path: "/administration/webhooks",
  validateSearch: ({ webhook }: Record<string, unknown>): { webhook?: string } =>
    typeof webhook === "string" && webhook !== "" ? { webhook } : {},
  component: function WebhooksRoute() {
    return <WebhooksPage open={webhooks.useSearch().webhook} />;
  },
});

const routeTree = root.addChildren([
  home,
  wallets,
  wallet,
  seats,
  show,
  conversations,
  conversation,
  raceLab,
  operations,
  metrics,
  keys,
  webhooks,
]);

export function createConsoleRouter() {
  return createRouter({
    routeTree,
    scrollRestoration: true,
    // A room's code comes while one points at its link.
    defaultPreload: "intent",
    defaultNotFoundComponent: NotFound,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
