import { useFeedState, useSuspenseWallet, useWalletHistory } from "../../index.ts";

export function Wallet({ walletId }: { walletId: string }) {
  const { data: wallet } = useSuspenseWallet(walletId, { pollMs: 5_000 });
  const history = useWalletHistory(walletId, { limit: 10 });
  const feed = useFeedState();
  return (
    <section aria-busy={feed !== "live"}>
      <p>
        {wallet.available} {wallet.currency}
      </p>
      <ol>
        {history.data?.pages.flatMap(({ entries }) =>
          entries.map(({ version, kind, amount }) => (
            <li key={version}>
              {kind} {amount}
            </li>
          )),
        )}
      </ol>
      {history.hasNextPage && (
        <button type="button" onClick={() => void history.fetchNextPage()}>
          Older
        </button>
      )}
    </section>
  );
}
