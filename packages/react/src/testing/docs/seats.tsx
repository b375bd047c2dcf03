import { useReservation, useSeatMap, useShows } from "../../index.ts";

export function Shows({ walletId }: { walletId: string }) {
  const { data: shows = [] } = useShows();
  return shows.map(({ showId }) => <Show key={showId} showId={showId} walletId={walletId} />);
}

function Show({ showId, walletId }: { showId: string; walletId: string }) {
  const { show, statusOf } = useSeatMap(showId);
  const { reservation, secondsLeft, outcome, reserve, confirm, release } = useReservation(showId);
  const seats = show?.layout.sections.flatMap(({ rows }) => rows.flatMap((row) => row.seats)) ?? [];
  return (
    <>
      {seats.map(
        (seat) =>
          seat && (
            <button
              type="button"
              key={seat.id}
              disabled={statusOf(seat.id) !== "free"}
              onClick={() => void reserve({ seatIds: [seat.id] })}
            >
              {seat.id} {statusOf(seat.id)}
            </button>
          ),
      )}
      {outcome?.type === "refused" && <p>{outcome.error.message}</p>}
      {outcome?.type === "unknown" && (
        <button type="button" onClick={outcome.retry}>
          No answer came: ask again
        </button>
      )}
      {reservation?.status === "held" && (
        <p>
          {secondsLeft} seconds left.{" "}
          <button type="button" onClick={() => void confirm(walletId)}>
            Pay {reservation.price}
          </button>
          <button type="button" onClick={() => void release()}>
            Give back
          </button>
        </p>
      )}
    </>
  );
}
