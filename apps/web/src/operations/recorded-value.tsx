import { CopyId } from "../ui/copy-id.tsx";
import { formatAmount } from "../ui/format.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const WHOLE = /^-?\d{1,20}$/;

/** Whether a value is a whole number: an amount, a version, a seq. */
export function isWhole(value: unknown): value is string {
  return typeof value === "string" && WHOLE.test(value);
}

/** A value as it was recorded: ids to copy, whole numbers with their separators, all else as it is. */
export function RecordedValue({ name, value }: { name: string; value: string }) {
  if (UUID.test(value)) return <CopyId id={value} what={name} />;
  return <>{isWhole(value) ? formatAmount(value) : value}</>;
}
