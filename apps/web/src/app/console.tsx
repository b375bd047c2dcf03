import { HoldfastProvider } from "@holdfast/react";
import type { QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useMemo } from "react";
import { useSessionState, useSessionStore } from "../session/session-context.tsx";
import { SignInPage } from "../session/sign-in-page.tsx";
import { createClient } from "./client.ts";
import { createConsoleRouter } from "./router.tsx";

/** The sign-in page, or the rooms of who is signed in. */
export function Console({ queryClient }: { queryClient: QueryClient }) {
  const store = useSessionStore();
  const { session } = useSessionState();
  const client = useMemo(() => createClient(store), [store]);
  const router = useMemo(() => createConsoleRouter(), []);
  if (!session) return <SignInPage />;

  return (
    <HoldfastProvider
      client={client}
      queryClient={queryClient}
      identity={`${session.tenantId}:${session.name}`}
    >
      <RouterProvider router={router} />
    </HoldfastProvider>
  );
}
