import { useNow } from "./clock.ts";
import { exactTime, relativeTime } from "./format.ts";

/** How long ago; the exact time on hover. `at` is ISO 8601. */
export function RelativeTime({ at }: { at: string }) {
  const time = new Date(at);
  return (
    <time dateTime={at} title={exactTime(time)} className="whitespace-nowrap">
      {relativeTime(time.getTime(), useNow())}
    </time>
  );
}
