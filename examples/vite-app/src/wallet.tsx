import { type Boost, useBoost, useWalletHistory, type Wallet as WalletState } from "@holdfast/react";
import { figure, type Person } from "./app.tsx";

export function Wallet({ wallet, other }: { wallet: WalletState; other: Person }) {
  const { walletId, available, currency, version } = wallet;
  const boost = useBoost(walletId);
  const history = useWalletHistory(walletId, { limit: 5, version });
  const isUndecided = boost.state.status === "pending" || boost.state.status === "unresolved";
  return (
    <section aria-labelledby="wallet">
      <h2 id="wallet">Wallet</h2>
      <p className="figure" data-available={available}>
        {figure(available)} <span className="soft">{currency}</span>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const amount = BigInt(String(new FormData(event.currentTarget).get("amount")));
          void boost.submit({ fromWalletId: walletId, toWalletId: other.walletId, amount });
        }}
      >
        <label>
          Boost {other.name} with{" "}
          <input name="amount" inputMode="numeric" pattern="[1-9][0-9]*" required defaultValue="50" />
        </label>
        <button type="submit" disabled={isUndecided}>
          Boost
        </button>
      </form>
      <Outcome {...boost} currency={currency} />
      <ol aria-label="History">
        {history.data?.pages[0]?.entries.map((entry) => (
          <li key={entry.version}>
            <span>{entry.kind.split(".").at(-1)}</span>
            <span>{BigInt(entry.amount) > 0n ? `+${figure(entry.amount)}` : figure(entry.amount)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What became of the boost. Nothing else on the page changes before it is confirmed. */
function Outcome({ state, check, dismiss, currency }: Boost & { currency: string }) {
  switch (state.status) {
    case "idle":
      return <output />;
    case "pending":
      return <output>Sending…</output>;
    case "confirmed":
      return (
        <output data-outcome="confirmed">
          ✓ {figure(state.intent.input.amount)} {currency} sent.
        </output>
      );
    case "refused":
      return (
        <output data-outcome="refused">
          ✕{" "}
          {state.error.code === "INSUFFICIENT_FUNDS"
            ? `${figure(state.error.details.shortfall)} ${currency} short.`
            : state.error.message}
        </output>
      );
    case "unresolved":
      // The same key: asking again can't pay twice. Giving up leaves the outcome unknown.
      return (
        <output data-outcome="unresolved">
          ? No answer came; it may have been sent.
          <button type="button" onClick={() => void check()}>
            Ask again
          </button>
          <button type="button" onClick={dismiss}>
            Give up
          </button>
        </output>
      );
  }
}
