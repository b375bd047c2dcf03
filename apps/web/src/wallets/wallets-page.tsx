import { useWallets } from "@holdfast/react";
import { Page } from "../app/page.tsx";
import { Freshness } from "./freshness.tsx";
import { History } from "./history.tsx";
import { PayPanel, PayPanelLoading } from "./pay-panel.tsx";
import { NotYourWallet, NoWallets, WalletsFailed } from "./wallet-states.tsx";
import { WalletTable } from "./wallet-table.tsx";

/** The change feed tells what changes; while it is away, a light poll. */
const POLL_MS = 5_000;

/** The wallets of who is signed in; one of them is open, the first unless the address names one. */
export function WalletsPage({ walletId }: { walletId?: string }) {
  const wallets = useWallets({ pollMs: POLL_MS });
  const { data, error } = wallets;
  const open = walletId ? data?.find((wallet) => wallet.walletId === walletId) : data?.at(0);

  return (
    <Page title="Wallets" aside={<Freshness read={wallets} />}>
      {!data && error ? (
        <WalletsFailed error={error} onRetry={() => void wallets.refetch()} busy={wallets.isFetching} />
      ) : (
        <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_20rem] xl:grid-rows-[auto_1fr]">
          <div className="min-w-0 xl:col-start-1">
            {data?.length === 0 ? <NoWallets /> : <WalletTable wallets={data} openId={open?.walletId} />}
            {data && walletId && !open && <NotYourWallet />}
          </div>
          {(open || !data) && (
            <aside
              aria-label="Pay from this wallet"
              className="xl:sticky xl:top-5 xl:col-start-2 xl:row-span-2 xl:row-start-1"
            >
              {open ? <PayPanel key={open.walletId} wallet={open} /> : <PayPanelLoading />}
            </aside>
          )}
          {(open || !data) && (
            <div className="min-w-0 xl:col-start-1">
              <History key={open?.walletId} wallet={open} />
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
