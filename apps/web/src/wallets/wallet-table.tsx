import type { Wallet } from "@holdfast/react";
import { Skeleton } from "../ui/skeleton.tsx";
import { WalletRow } from "./wallet-row.tsx";

const head = "pb-1.5 text-right font-normal text-faint first:pl-3 first:text-left";

/** All wallets in columns that read as the sum they are: balance − held = available. The open one is set large. */
export function WalletTable({
  wallets,
  openId,
}: {
  wallets: Wallet[] | undefined;
  openId: string | undefined;
}) {
  return (
    <table className="w-full table-fixed border-collapse text-sm max-sm:block max-sm:*:block">
      <caption className="sr-only">Your wallets</caption>
      <thead className="max-sm:sr-only">
        <tr>
          <th scope="col" className={head}>
            Wallet
          </th>
          <th scope="col" className={`${head} w-1/4`}>
            Balance
          </th>
          <th scope="col" className={`${head} w-[17%]`}>
            <span aria-hidden="true">− </span>Held
          </th>
          <th scope="col" className={`${head} w-1/4`}>
            <span aria-hidden="true">= </span>Available
          </th>
          <th scope="col" className={`${head} w-[11%] pr-3`}>
            Version
          </th>
        </tr>
      </thead>
      <tbody className="border-y border-line">
        {wallets?.map((wallet) => (
          <WalletRow key={wallet.walletId} wallet={wallet} open={wallet.walletId === openId} />
        ))}
        {!wallets && <LoadingRow />}
      </tbody>
    </table>
  );
}

function LoadingRow() {
  return (
    <tr className="h-16 max-sm:flex max-sm:h-24 max-sm:items-center">
      <td className="pl-3">
        <span className="sr-only">Reading your wallets</span>
        <Skeleton width="8rem" />
      </td>
      {["9rem", "5rem", "9rem", "2rem"].map((width, index) => (
        <td key={index} className="text-right text-figure last:pr-3 last:text-sm max-sm:hidden">
          <Skeleton width={width} />
        </td>
      ))}
    </tr>
  );
}
