import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Page } from "../app/page.tsx";
import { ChartRow } from "./chart-row.tsx";
import { charts } from "./charts.ts";
import { MetricsFailed } from "./metrics-failed.tsx";
import { ReadStatus } from "./read-status.tsx";
import { RightNow } from "./right-now.tsx";
import type { Point } from "./timeline.ts";
import { useTimeline } from "./use-timeline.ts";

const NONE: readonly Point[] = [];

/** What this server does at the moment, and did in the last five minutes. */
export function MetricsPage() {
  const read = useTimeline();
  const { data, error } = read;
  const points = data?.points ?? NONE;
  const [moment, setMoment] = useState<number>();
  // Looked at is a time, not a place: the places move with every reading.
  const found = moment === undefined ? -1 : points.findIndex(({ atMs }) => atMs >= moment);

  if (!data && error) {
    return (
      <Page title="Metrics">
        <MetricsFailed error={error} busy={read.isFetching} onRetry={() => void read.refetch()} />
      </Page>
    );
  }
  return (
    <Page title="Metrics" aside={<ReadStatus read={read} />}>
      <RightNow reading={data?.readings.at(-1)} />
      <div>
        {charts.map((chart, at) => (
          <ChartRow
            key={chart.id}
            chart={chart}
            points={points}
            times={at === charts.length - 1}
            empty={at === 0 && data && isQuiet(points) && <Quiet />}
            inspected={found < 0 ? undefined : found}
            onInspect={setMoment}
          />
        ))}
      </div>
    </Page>
  );
}

function isQuiet(points: readonly Point[]): boolean {
  return points.every(({ figures }) => {
    if (figures === undefined) return true;
    return figures.confirmedPerSecond + figures.refusedPerSecond + figures.failedPerSecond === 0;
  });
}

function Quiet() {
  return (
    <>
      No calls.{" "}
      <Link to="/wallets" className="text-accent underline underline-offset-2 hover:text-accent-strong">
        Send a boost
      </Link>{" "}
      and see it here.
    </>
  );
}
