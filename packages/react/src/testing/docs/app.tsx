import { createHoldfast } from "@holdfast/client";
import { QueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useState } from "react";
import { HoldfastErrorBoundary, HoldfastProvider } from "../../index.ts";

interface Session {
  readonly url: string;
  readonly token: string;
  /** Such as "1:ada". */
  readonly identity: string;
}

export function App({ session, children }: { session: Session; children: ReactNode }) {
  const [client] = useState(() => createHoldfast(session));
  const [queryClient] = useState(() => new QueryClient());
  return (
    <HoldfastProvider client={client} queryClient={queryClient} identity={session.identity}>
      <HoldfastErrorBoundary
        fallback={({ error, retry, isRetryUseful }) => (
          <p role="alert">
            {error.message}{" "}
            {isRetryUseful && (
              <button type="button" onClick={retry}>
                Try again
              </button>
            )}
          </p>
        )}
      >
        <Suspense fallback="Reading…">{children}</Suspense>
      </HoldfastErrorBoundary>
    </HoldfastProvider>
  );
}
