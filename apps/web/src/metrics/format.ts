const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** How many, or how many a second: "0", "0.1", "12.5", "3,400". */
export function formatCount(value: number): string {
  if (value === 0) return "0";
  if (value < 1) return two.format(value);
  return value < 100 && !Number.isInteger(value) ? tenths.format(value) : whole.format(value);
}

export function formatSeconds(seconds: number): string {
  const ms = seconds * 1_000;
  if (ms >= 1_000) return `${three.format(seconds)} s`;
  return `${ms < 10 ? two.format(ms) : whole.format(ms)} ms`;
}

export function formatBytes(bytes: number): string {
  return `${whole.format(bytes / 2 ** 20)} MiB`;
}
