import type { Holdfast } from "@holdfast/client";
import { HoldfastProvider, queryKeys } from "@holdfast/react";
import type { QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useSessionState } from "../session/session-context.tsx";
import { SignInPage } from "../session/sign-in-page.tsx";
import { createConsoleRouter } from "./router.tsx";

/** The sign-in page, or the rooms of who is signed in. */
export function Console({ client, queryClient }: { client: Holdfast; queryClient: QueryClient }) {
  const { session } = useSessionState();
  const [router] = useState(createConsoleRouter);
  const identity = session && `${session.tenantId}:${session.name}`;

  useEffect(() => {
    // Figures of a session that has ended are nobody's to see, and would be old when it begins again.
    if (identity) return () => queryClient.removeQueries({ queryKey: queryKeys.all(identity) });
    return undefined;
  }, [identity, queryClient]);

  if (!identity) return <SignInPage />;
  return (
    <HoldfastProvider client={client} queryClient={queryClient} identity={identity}>
      <RouterProvider router={router} />
    </HoldfastProvider>
  );
}
