import type { Reading } from "../metrics/reading.ts";
import { useTimeline } from "../metrics/use-timeline.ts";
import { Changing } from "../ui/changing.tsx";
import { formatAmount } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Skeleton } from "../ui/skeleton.tsx";

const counts: readonly { name: string; hint: string; read: (reading: Reading) => number }[] = [
  { name: "Confirmed", hint: "calls, repeated ones included", read: ({ confirmed }) => confirmed },
  { name: "Refused", hint: "answered no, changed nothing", read: ({ refused }) => refused },
  { name: "Seat conflicts", hint: "somebody else was first", read: ({ conflicts }) => conflicts },
  { name: "Failed", hint: "no answer; safe to send again", read: ({ failed }) => failed },
];

/** What came of the calls since this server's process began; it is asked every two seconds. */
export function Counts() {
  const { data, error } = useTimeline();
  const reading = data?.readings.at(-1);
  return (
    <div className="flex flex-col gap-1.5">
      <h3 className="text-sm text-faint">
        {reading ? (
          <>
            Calls since it started, <RelativeTime at={new Date(reading.processStart * 1_000).toISOString()} />
          </>
        ) : (
          "Calls since it started"
        )}
      </h3>
      {!reading && error ? (
        <p className="text-soft">{error.message}</p>
      ) : (
        <dl className="figures flex flex-col">
          {counts.map(({ name, hint, read }) => (
            <div key={name} className="flex items-baseline gap-x-2.5 py-0.5">
              <dt className="flex-1">
                {name} <span className="text-sm text-faint">{hint}</span>
              </dt>
              <dd className="text-right font-medium">
                {reading ? <Count value={read(reading)} /> : <Skeleton width="2rem" />}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function Count({ value }: { value: number }) {
  return (
    <Changing value={String(value)} className="rounded-sm px-1 -mx-1">
      {formatAmount(String(value))}
    </Changing>
  );
}
