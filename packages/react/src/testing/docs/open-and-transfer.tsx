import { useOpenWallet, useTransfer, useWallets } from "../../index.ts";

export function Wallets() {
  const { data: wallets = [] } = useWallets();
  const opening = useOpenWallet();
  const [first, second] = wallets;
  const transfer = useTransfer(first?.walletId ?? "");
  const moveAll = () => {
    if (!first || !second) return;
    const amount = BigInt(first.available);
    void transfer.submit({ fromWalletId: first.walletId, toWalletId: second.walletId, amount });
  };
  return (
    <>
      {wallets.map(({ walletId, available, currency }) => (
        <p key={walletId}>
          {available} {currency}
        </p>
      ))}
      <button type="button" onClick={() => void opening.submit({ currency: "sat" })}>
        Open a wallet
      </button>
      <button type="button" onClick={moveAll}>
        Move all to the second
      </button>
    </>
  );
}
