import { useStream } from "../../index.ts";

export function Listening({ from, to, minuteMs }: { from: string; to: string; minuteMs: number }) {
  const { listening, ticks, stopReason, start, stop } = useStream(from);
  const paid = ticks.filter(({ state }) => state.status === "confirmed").length;
  return (
    <p>
      {paid} paid. {stopReason === "refused" && "The wallet is empty."}
      {listening ? (
        <button type="button" onClick={stop}>
          Stop
        </button>
      ) : (
        <button type="button" onClick={() => start({ toWalletId: to, amount: 2n, minuteMs })}>
          Listen
        </button>
      )}
    </p>
  );
}
