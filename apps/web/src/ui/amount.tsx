import { formatAmount } from "./format.ts";

interface AmountProps {
  value: string;
  unit: string;
  signed?: boolean;
  /** Set as a heading: the unit stays small. */
  large?: boolean;
}

/** An exact amount with its unit, in figures of one width. Where room is short, the unit goes below the number. */
export function Amount({ value, unit, signed = false, large = false }: AmountProps) {
  return (
    <span className="figures">
      <span className="whitespace-nowrap">{formatAmount(value, { signed })}</span>{" "}
      <span
        className={`font-normal tracking-normal whitespace-nowrap text-faint ${large ? "text-base" : ""}`}
      >
        {unit}
      </span>
    </span>
  );
}
