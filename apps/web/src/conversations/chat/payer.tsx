import type { useWallets } from "@holdfast/react";
import { Amount } from "../../ui/amount.tsx";
import { Changing } from "../../ui/changing.tsx";
import { formatAmount } from "../../ui/format.ts";
import { Select } from "../../ui/select.tsx";

type Wallet = NonNullable<ReturnType<typeof useWallets>["data"]>[number];

const NOBODY = "nobody";
const TAIL = 6;

/** Who pays for the answers, and how that wallet stands: confirmed figures, live. */
export function Payer({
  wallets,
  wallet,
  onChoose,
}: {
  wallets: readonly Wallet[];
  wallet: Wallet | undefined;
  onChoose: (walletId: string | undefined) => void;
}) {
  const options = [
    { value: NOBODY, label: "Not paid for" },
    ...wallets.map(({ walletId, currency, available }) => ({
      value: walletId,
      label: `Wallet …${walletId.slice(-TAIL)}`,
      detail: `${formatAmount(available)} ${currency}`,
    })),
  ];
  return (
    <>
      <label htmlFor="payer" className="sr-only">
        Who pays for the answer
      </label>
      <div className="w-36 shrink-0 sm:w-40">
        <Select
          id="payer"
          value={wallet?.walletId ?? NOBODY}
          options={options}
          placeholder="Not paid for"
          onChange={(value) => onChoose(value === NOBODY ? undefined : value)}
        />
      </div>
      {wallet && (
        <p className="figures flex flex-wrap gap-x-3 text-sm text-soft max-sm:order-last max-sm:w-full">
          <Changing value={wallet.available}>
            <Amount value={wallet.available} unit={wallet.currency} /> available
          </Changing>
          {wallet.held !== "0" && (
            <span>
              <Amount value={wallet.held} unit={wallet.currency} /> held
            </span>
          )}
        </p>
      )}
    </>
  );
}
