import type { Holdfast } from "@holdfast/client";
import { type DehydratedState, dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { HoldfastProvider, walletQuery } from "../../index.ts";

interface Reader {
  readonly client: Holdfast;
  readonly identity: string;
}

/** On the server, for one request: reads ahead, and answers what the page needs to know. */
export async function readAhead(reader: Reader, walletId: string): Promise<DehydratedState> {
  const queryClient = new QueryClient();
  await queryClient.prefetchQuery(walletQuery(reader, walletId));
  return dehydrate(queryClient);
}

interface PageProps extends Reader {
  readonly queryClient: QueryClient;
  readonly state: DehydratedState;
  readonly children: ReactNode;
}

/** On both sides. */
export function Page({ client, identity, queryClient, state, children }: PageProps) {
  return (
    <HydrationBoundary state={state} queryClient={queryClient}>
      <HoldfastProvider client={client} queryClient={queryClient} identity={identity}>
        {children}
      </HoldfastProvider>
    </HydrationBoundary>
  );
}
