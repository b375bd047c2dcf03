import { useHoldfast, useIntent } from "../../index.ts";

type Amount = { readonly amount: `${bigint}` };

export function Deposit({ walletId }: { walletId: string }) {
  const { client } = useHoldfast();
  const { state, submit } = useIntent(`deposit:${walletId}`, ({ amount }: Amount, options) =>
    client.wallets.hold.safe({ walletId, amount, expiresInSeconds: 3_600 }, options),
  );
  if (state.status === "confirmed") return <p>{state.data.held} are set aside.</p>;
  return (
    <button type="button" onClick={() => void submit({ amount: "20" })}>
      Leave a deposit
    </button>
  );
}
