import type { MutationError } from "@holdfast/react";
import { Amount } from "../ui/amount.tsx";
import { formatAmount } from "../ui/format.ts";

export function refusalTitle(error: MutationError): string {
  switch (error.code) {
    case "INSUFFICIENT_FUNDS":
      return `Refused: ${formatAmount(error.details.shortfall)} short`;
    case "NOT_FOUND":
      return "Refused: no such wallet";
    case "SAME_WALLET":
      return "Refused: a wallet can’t pay itself";
    case "CURRENCY_MISMATCH":
      return "Refused: different currencies";
    case "BALANCE_LIMIT":
      return "Refused: the other wallet is full";
    case "RATE_LIMITED":
      return "Not done: too many calls at a time";
    case "OVERLOADED":
      return "Not done: the server is too busy";
    case "TIMEOUT":
    case "ABORTED":
      return "Not done: it was never started";
    case "UNAUTHENTICATED":
      return "Not done: the session has ended";
    default:
      return "Refused";
  }
}

/** The reason in words, from the error's details. */
export function RefusalReason({ error, unit }: { error: MutationError; unit: string }) {
  switch (error.code) {
    case "INSUFFICIENT_FUNDS": {
      const { available, required, shortfall } = error.details;
      return (
        <>
          <dl className="text-soft">
            <Fact name="Required" value={required} unit={unit} />
            <Fact name="Available" value={available} unit={unit} />
            <Fact name="Short by" value={shortfall} unit={unit} strong />
          </dl>
          <p className="text-soft">Nothing was taken.</p>
        </>
      );
    }
    case "NOT_FOUND":
      return <p className="text-soft">It does not exist, or you may not see it. Nothing was taken.</p>;
    case "CURRENCY_MISMATCH":
      return (
        <p className="text-soft">
          This wallet holds {error.details.from}, the other one {error.details.to}. Nothing was taken.
        </p>
      );
    case "SAME_WALLET":
    case "RATE_LIMITED":
    case "OVERLOADED":
    case "TIMEOUT":
    case "ABORTED":
    case "UNAUTHENTICATED":
      return <p className="text-soft">Nothing was taken.</p>;
    case "BAD_REQUEST":
      return (
        <ul className="text-soft">
          {error.details.issues.map(({ path, message }) => (
            <li key={path}>
              {path}: {message}
            </li>
          ))}
        </ul>
      );
    default:
      return <p className="text-soft">{error.message}</p>;
  }
}

function Fact({
  name,
  value,
  unit,
  strong = false,
}: {
  name: string;
  value: string;
  unit: string;
  strong?: boolean;
}) {
  return (
    <div
      className={`flex justify-between gap-4 ${strong ? "mt-0.5 border-t border-refused/30 pt-0.5 font-semibold text-ink" : ""}`}
    >
      <dt>{name}</dt>
      <dd>
        <Amount value={value} unit={unit} />
      </dd>
    </div>
  );
}
