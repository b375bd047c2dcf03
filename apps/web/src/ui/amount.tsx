import { formatAmount } from "./format.ts";

interface AmountProps {
  value: string;
  unit: string;
  signed?: boolean;
  /** Set as a heading: the unit stays small. */
  large?: boolean;
}

/** An exact amount with its unit, in figures of one width. */
export function Amount({ value, unit, signed = false, large = false }: AmountProps) {
  return (
    <span className="figures whitespace-nowrap">
      {formatAmount(value, { signed })}
      <span className={`ml-[0.35em] font-normal tracking-normal text-faint ${large ? "text-base" : ""}`}>
        {unit}
      </span>
    </span>
  );
}
