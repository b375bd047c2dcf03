const whole = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat("en", {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hour12: false,
  timeZoneName: "short",
});
const timeOfDay = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "-1234" → "−1,234"; amounts are exact, however large. */
export function formatAmount(amount: string, { signed = false } = {}): string {
  const value = BigInt(amount);
  const digits = whole.format(value < 0n ? -value : value);
  if (value < 0n) return `−${digits}`;
  return signed && value > 0n ? `+${digits}` : digits;
}

/** What a person typed, as a decimal string, or undefined. Takes the separators that this page writes itself. */
export function parseAmount(text: string): string | undefined {
  const digits = text.trim().replace(/[\s,_’']/g, "");
  return /^\d{1,19}$/.test(digits) ? String(BigInt(digits)) : undefined;
}

export function relativeTime(at: number, now: number): string {
  const ago = now - at;
  if (ago < 5 * SECOND) return "just now";
  if (ago < MINUTE) return `${Math.floor(ago / SECOND)} s ago`;
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`;
  if (ago < DAY) return `${Math.floor(ago / HOUR)} h ago`;
  return (ago < 300 * DAY ? day : dayOfYear).format(at);
}

export function exactTime(at: Date): string {
  return exact.format(at);
}

export function clockTime(at: number): string {
  return timeOfDay.format(at);
}
