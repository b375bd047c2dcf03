import { formatAmount } from "./format.ts";

interface AmountProps {
  value: string;
  unit: string;
  signed?: boolean;
  /** Set as a heading: the unit stays small. */
  large?: boolean;
  /** Lets the unit go below the number where room is short. */
  folds?: boolean;
}

/** An exact amount with its unit, in figures of one width. */
export function Amount({ value, unit, signed = false, large = false, folds = false }: AmountProps) {
  return (
    <span className={`figures ${folds ? "" : "whitespace-nowrap"}`}>
      <span className="whitespace-nowrap">{formatAmount(value, { signed })}</span>{" "}
      <span
        className={`font-normal tracking-normal whitespace-nowrap text-faint ${large ? "text-base" : ""}`}
      >
        {unit}
      </span>
    </span>
  );
}
