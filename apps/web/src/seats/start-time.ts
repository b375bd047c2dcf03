const start = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

/** When a show begins, by this device's time zone. */
export function startTime(startsAt: string): string {
  return start.format(new Date(startsAt));
}
