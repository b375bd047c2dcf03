import "./dom.ts";
import { createHoldfast } from "@holdfast/client";
import type { Principal } from "@holdfast/db";
import type { TestServer } from "@holdfast/server/testing";
import { QueryClient } from "@tanstack/react-query";
import { configure, type RenderHookResult, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { HoldfastProvider } from "../provider.tsx";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

export { act, cleanup, waitFor } from "@testing-library/react";

export interface Page {
  /** The procedures that were called, such as "wallets.get", one a request and path. */
  readonly calls: string[];
  /** Renders a hook below this page's provider. */
  show<T, P>(hook: (props: P) => T, initialProps?: P): RenderHookResult<T, P>;
}

export interface PageOptions {
  readonly url?: string;
  readonly fetch?: typeof fetch;
}

/** A page of one person: a client, a cache and a provider, as an application has them. */
export async function openPage(
  server: TestServer,
  principal: Principal,
  options: PageOptions = {},
): Promise<Page> {
  const calls: string[] = [];
  const send = options.fetch ?? fetch;
  const client = createHoldfast({
    url: options.url ?? server.url,
    token: await server.token(principal),
    fetch: (input, init) => {
      calls.push(...(/\/trpc\/([^?]+)/.exec(String(input))?.[1] ?? "").split(","));
      return send(input, init);
    },
  });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <HoldfastProvider
      client={client}
      queryClient={queryClient}
      identity={`${principal.tenantId}:${principal.subject}`}
    >
      {children}
    </HoldfastProvider>
  );
  return {
    calls,
    show: <T, P>(hook: (props: P) => T, initialProps?: P) =>
      renderHook(
        hook,
        initialProps === undefined ? { wrapper } : { wrapper, initialProps: initialProps as P },
      ),
  };
}
