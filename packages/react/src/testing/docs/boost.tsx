import { useBoost } from "../../index.ts";

export function Boost({ from, to }: { from: string; to: string }) {
  const { state, submit, check, dismiss } = useBoost(from);
  switch (state.status) {
    case "pending":
      return <p>Sending…</p>;
    case "unresolved":
      return (
        <p>
          No answer came: it may have been sent.{" "}
          <button type="button" onClick={() => void check()}>
            Ask again
          </button>
          <button type="button" onClick={dismiss}>
            Give up
          </button>
        </p>
      );
    case "refused":
      return (
        <p>
          {state.error.code === "INSUFFICIENT_FUNDS"
            ? `${state.error.details.shortfall} short`
            : state.error.message}
          <button type="button" onClick={dismiss}>
            All right
          </button>
        </p>
      );
    case "confirmed":
      return <p>Sent. {state.data.available} left.</p>;
    case "idle":
      return (
        <button
          type="button"
          onClick={() => void submit({ fromWalletId: from, toWalletId: to, amount: 50n })}
        >
          Boost
        </button>
      );
  }
}
