import { useWallets } from "@holdfast/react";
import { Page } from "../app/page.tsx";
import { Health } from "./health.tsx";
import { TryThis } from "./try-this.tsx";

/** The change feed tells what changes; while it is away, a light poll. */
const POLL_MS = 5_000;

/** What this is, how it is, and what to try. */
export function HomePage() {
  const wallets = useWallets({ pollMs: POLL_MS });
  return (
    <Page title="Home" heading="Holdfast never loses an update">
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-7">
          <p className="max-w-prose text-lg text-soft">
            Credits, seats and conversations on your own Postgres. Every write takes its locks first, looks
            its key up, decides and is committed: what two people want at the same moment, one gets, and a
            call that is sent twice happens once.{" "}
            <a
              href="/docs"
              className="whitespace-nowrap text-accent underline underline-offset-2 hover:text-accent-strong"
            >
              Read the API
            </a>
          </p>
          <TryThis wallets={wallets} />
        </div>
        <Health watches={wallets.data && wallets.data.length > 0} />
      </div>
    </Page>
  );
}
