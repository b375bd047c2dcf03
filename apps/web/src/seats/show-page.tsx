import { useSeatMap } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { Page } from "../app/page.tsx";
import { exactTime } from "../ui/format.ts";
import { Toasts } from "../ui/toasts.tsx";
import { FeedState } from "./feed-state.tsx";
import { SeatRoom } from "./seat-room.tsx";
import { SeatsFailed, ShowLoading } from "./show-states.tsx";
import { startTime } from "./start-time.ts";

/** One show: its house, live, and what one does there. */
export function ShowPage({ showId }: { showId: string }) {
  const map = useSeatMap(showId);
  const { show, error } = map;
  return (
    <Page
      title={show?.name ?? "Seats"}
      aside={show && <FeedState freshness={map.freshness} version={map.version} />}
    >
      <p className="-mt-4 flex flex-wrap gap-x-2 text-soft">
        <Link to="/seats" className="text-accent underline-offset-2 hover:underline">
          All shows
        </Link>
        {show?.startsAt && (
          <time dateTime={show.startsAt} title={exactTime(new Date(show.startsAt))}>
            {startTime(show.startsAt)}
          </time>
        )}
      </p>
      {!show && error && <SeatsFailed error={error} what="house" onRetry={map.refetch} />}
      {!show && !error && <ShowLoading />}
      {show && (
        <Toasts>
          <SeatRoom key={showId} show={show} map={map} />
        </Toasts>
      )}
    </Page>
  );
}
