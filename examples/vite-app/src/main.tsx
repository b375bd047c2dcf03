/** Needs `npx --yes pnpm start` running; `PORT` when it is not on 4000. `?as=bob` is another person. */
import { createHoldfast } from "@holdfast/client";
import { HoldfastErrorBoundary, HoldfastProvider } from "@holdfast/react";
import { QueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./style.css";

// This stands for how people sign in to yours.
const name = new URLSearchParams(location.search).get("as") ?? "ada";
const signedIn = await fetch("/demo/sign-in", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ as: name }),
});
const { token } = (await signedIn.json()) as { token: string };
const people = (await (await fetch("/demo/people")).json()) as { name: string; walletId: string }[];

const client = createHoldfast({ url: "/", token });
const queryClient = new QueryClient();
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <HoldfastProvider client={client} queryClient={queryClient} identity={`1:${name}`}>
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
        <Suspense fallback={<p className="soft">Reading…</p>}>
          <App name={name} people={people} />
        </Suspense>
      </HoldfastErrorBoundary>
    </HoldfastProvider>,
  );
