import type { Holdfast } from "@holdfast/client";
import type { QueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, use } from "react";
import { HoldfastProvider, useFeedState, useWallet } from "../index.ts";
import { everyHook, type Things } from "./every-hook.tsx";

export interface AppProps {
  readonly client: Holdfast;
  readonly queryClient: QueryClient;
  readonly children: ReactNode;
}

export function App({ client, queryClient, children }: AppProps) {
  return (
    <HoldfastProvider client={client} queryClient={queryClient} identity="1:ada">
      <Suspense fallback={<i>reading</i>}>{children}</Suspense>
    </HoldfastProvider>
  );
}

/** What one hook shows. */
export function Show({ name, things }: { name: string; things: Things }) {
  return <p>{String(everyHook[name]?.text(things))}</p>;
}

/** How fresh a wallet is, and again in a part that on a page comes to life when `until` is there. */
export function LateFreshness({ walletId, until }: { walletId: string; until: Promise<void> }) {
  return (
    <>
      <Watched walletId={walletId} />
      <Suspense fallback={<i>later</i>}>
        <Late until={until} />
      </Suspense>
    </>
  );
}

function Watched({ walletId }: { walletId: string }) {
  useWallet(walletId);
  return <b>{useFeedState()}</b>;
}

function Late({ until }: { until: Promise<void> }) {
  use(until);
  return <p>{useFeedState()}</p>;
}
