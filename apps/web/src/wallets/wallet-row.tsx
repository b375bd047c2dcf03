import type { Wallet } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { Amount } from "../ui/amount.tsx";
import { Changing } from "../ui/changing.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { formatAmount } from "../ui/format.ts";

/** Only what the server has confirmed: a payment under way changes nothing here. */
export function WalletRow({ wallet, open }: { wallet: Wallet; open: boolean }) {
  const { walletId, currency, version } = wallet;

  const figure = (label: string, sign: string, value: string, strong = false) => (
    <td className="text-right max-sm:text-left">
      <span aria-hidden="true" className="block text-sm text-faint sm:hidden">
        {sign}
        {label}
      </span>
      <span data-figure={label.toLowerCase()}>
        <Changing
          value={value}
          className={`-mx-1 rounded-sm px-1 ${open ? "text-figure tracking-tight max-sm:text-lg" : "text-base"} ${strong ? "font-semibold" : ""} ${value === "0" ? "text-faint" : ""}`}
        >
          <Amount value={value} unit={currency} large={open} />
        </Changing>
      </span>
    </td>
  );

  return (
    <tr
      data-wallet={walletId}
      className={`group relative border-line not-first:border-t hover:bg-sunken/60 max-sm:grid max-sm:h-auto max-sm:grid-cols-[auto_auto_auto] max-sm:gap-y-2 max-sm:p-3 ${open ? "h-16 shadow-[inset_3px_0_0_var(--color-accent)]" : "h-11"}`}
    >
      <th scope="row" className="pl-3 text-left font-normal max-sm:col-span-3 max-sm:pl-0">
        <span className="flex flex-wrap items-center gap-x-2">
          <Link
            to="/wallets/$walletId"
            params={{ walletId }}
            aria-current={open ? "page" : undefined}
            className="text-base font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {currency}
          </Link>
          <span className="relative">
            <CopyId id={walletId} what="wallet id" />
          </span>
          {wallet.minBalance !== "0" && (
            <span className="text-faint">minimum {formatAmount(wallet.minBalance)}</span>
          )}
        </span>
      </th>
      {figure("Balance", "", wallet.balance)}
      {figure("Held", "− ", wallet.held)}
      {figure("Available", "= ", wallet.available, true)}
      <td className="figures pr-3 text-right text-base text-faint max-sm:hidden">{version}</td>
    </tr>
  );
}
