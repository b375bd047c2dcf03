import { type ShowSummary, useShows } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { Page } from "../app/page.tsx";
import { exactTime, formatAmount } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { NoShows, SeatsFailed } from "./show-states.tsx";
import { startTime } from "./start-time.ts";

const head = "pb-1.5 text-right font-normal text-faint first:pl-3 first:text-left last:pr-3";

/** The shows of one's tenant, the newest first. */
export function ShowsPage() {
  const { data, error, refetch } = useShows();
  return (
    <Page title="Seats">
      {!data && error && <SeatsFailed error={error} what="shows" onRetry={() => void refetch()} />}
      {data?.length === 0 && <NoShows />}
      {(data ? data.length > 0 : !error) && (
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">Shows</caption>
          <thead>
            <tr>
              <th scope="col" className={head}>
                Show
              </th>
              <th scope="col" className={`${head} w-[18%]`}>
                Free
              </th>
              <th scope="col" className={`${head} w-[14%] max-sm:hidden`}>
                Held
              </th>
              <th scope="col" className={`${head} w-[14%] max-sm:hidden`}>
                Sold
              </th>
              <th scope="col" className={`${head} w-[16%]`}>
                Seats
              </th>
            </tr>
          </thead>
          <tbody className="border-y border-line">
            {data?.map((show) => (
              <ShowRow key={show.showId} show={show} />
            ))}
            {!data && (
              <tr className="h-14">
                <td className="pl-3">
                  <span className="sr-only">Reading the shows</span>
                  <Skeleton width="9rem" />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </Page>
  );
}

function ShowRow({ show }: { show: ShowSummary }) {
  const { showId, name, startsAt, capacity, held, sold } = show;
  const cell = "figures text-right text-base last:pr-3";
  return (
    <tr className="relative h-14 border-line not-first:border-t hover:bg-sunken/60">
      <th scope="row" className="py-1.5 pl-3 text-left font-normal">
        <Link
          to="/seats/$showId"
          params={{ showId }}
          className="text-base font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {name}
        </Link>
        {startsAt && (
          <time
            dateTime={startsAt}
            title={exactTime(new Date(startsAt))}
            className="block text-sm text-faint"
          >
            {startTime(startsAt)}
          </time>
        )}
      </th>
      <td className={`${cell} font-semibold`}>{formatAmount(String(capacity - held - sold))}</td>
      <td className={`${cell} max-sm:hidden ${held === 0 ? "text-faint" : ""}`}>
        {formatAmount(String(held))}
      </td>
      <td className={`${cell} max-sm:hidden ${sold === 0 ? "text-faint" : ""}`}>
        {formatAmount(String(sold))}
      </td>
      <td className={`${cell} text-faint`}>{formatAmount(String(capacity))}</td>
    </tr>
  );
}
