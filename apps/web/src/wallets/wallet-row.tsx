import type { Wallet } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { Amount } from "../ui/amount.tsx";
import { Changing } from "../ui/changing.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { formatAmount } from "../ui/format.ts";

/** Longer figures are set smaller, so that three of them still stand in a row. */
const MOST_LARGE_DIGITS = 10;

/** Only what the server has confirmed: a payment under way changes nothing here. */
export function WalletRow({ wallet, open }: { wallet: Wallet; open: boolean }) {
  const { walletId, currency, version, balance, held, available, minBalance } = wallet;
  const large = open && balance.length <= MOST_LARGE_DIGITS;

  return (
    <tr
      data-wallet={walletId}
      className={`group relative border-line not-first:border-t hover:bg-sunken/60 max-sm:block max-sm:h-auto max-sm:p-3 ${open ? "h-16 shadow-[inset_3px_0_0_var(--color-accent)]" : "h-11"}`}
    >
      <th scope="row" className="py-1.5 pl-3 text-left font-normal max-sm:block max-sm:p-0">
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
          {minBalance !== "0" && (
            <span className="whitespace-nowrap text-faint">minimum {formatAmount(minBalance)}</span>
          )}
        </span>
      </th>
      <Figure name="balance" label="Balance" value={balance} unit={currency} large={large} folded={!open} />
      <Figure name="held" label="Held" sign="−" value={held} unit={currency} large={large} folded={!open} />
      <Figure
        name="available"
        label="Available"
        sign={open ? "=" : ""}
        value={available}
        unit={currency}
        large={large}
        strong
      />
      <td className="figures pr-3 text-right text-base text-faint max-sm:hidden">{version}</td>
    </tr>
  );
}

interface FigureProps {
  name: string;
  label: string;
  /** Its part in the sum. */
  sign?: string;
  value: string;
  unit: string;
  large: boolean;
  strong?: boolean;
  /** Left out where the wallet is one line on a small screen. */
  folded?: boolean;
}

/** On a small screen the three stand below each other, as a sum does on paper. */
function Figure({ name, label, sign = "", value, unit, large, strong = false, folded = false }: FigureProps) {
  const look = `${large ? "sm:text-figure sm:tracking-tight" : ""} ${strong ? "font-semibold" : ""} ${value === "0" ? "text-faint" : ""}`;
  return (
    <td
      className={`pl-2 text-right text-base max-sm:items-baseline max-sm:justify-between max-sm:p-0 ${folded ? "max-sm:hidden" : "max-sm:flex"}`}
    >
      <span aria-hidden="true" className="text-sm text-faint sm:hidden">
        {sign && `${sign} `}
        {label}
      </span>
      <span data-figure={name}>
        <Changing value={value} className={`-mx-1 rounded-sm px-1 ${look}`}>
          <Amount value={value} unit={unit} large={large} folds />
        </Changing>
      </span>
    </td>
  );
}
