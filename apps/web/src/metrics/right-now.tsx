import { Skeleton } from "../ui/skeleton.tsx";
import { formatBytes, formatCount, formatSeconds } from "./format.ts";
import type { Reading } from "./reading.ts";

const gauges: readonly {
  readonly name: string;
  readonly read: (now: Reading["now"]) => string;
}[] = [
  { name: "Calls waiting", read: ({ waiting }) => formatCount(waiting) },
  { name: "Sessions in use", read: ({ sessions }) => formatCount(sessions) },
  { name: "Watchers", read: ({ watchers }) => formatCount(watchers) },
  { name: "Event loop lag, p99", read: ({ loopLagSeconds }) => formatSeconds(loopLagSeconds) },
  { name: "Memory", read: ({ memoryBytes }) => formatBytes(memoryBytes) },
];

/** What has no history here: how things stand at the last reading. */
export function RightNow({ reading }: { reading: Reading | undefined }) {
  return (
    <dl className="figures grid grid-cols-2 gap-x-8 gap-y-3 sm:grid-cols-3 lg:flex lg:flex-wrap">
      {gauges.map(({ name, read }) => (
        <div
          key={name}
          className="flex flex-col lg:min-w-28 lg:border-l lg:border-line lg:pl-4 lg:first:border-l-0 lg:first:pl-0"
        >
          <dt className="text-sm text-faint">{name}</dt>
          <dd className="text-lg font-medium">{reading ? read(reading.now) : <Skeleton width="3rem" />}</dd>
        </div>
      ))}
    </dl>
  );
}
