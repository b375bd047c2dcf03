import type { OwnReservation, SeatStatus } from "@holdfast/react";

/** What a seat looks like to the one who looks: `chosen` is only here, `yours` is what the server has confirmed. */
export type Mark = "free" | "chosen" | "yours" | "held" | "sold" | "blocked";

export const markWords: Record<Mark, string> = {
  free: "free",
  chosen: "free, chosen by you",
  yours: "held by you",
  held: "held by somebody else",
  sold: "sold",
  blocked: "not for sale",
};

export interface Seen {
  statusOf(seatId: string): SeatStatus;
  readonly chosen: ReadonlySet<string>;
  /** The seats of one's own reservation. */
  readonly mine: ReadonlySet<string>;
}

/** One's own seats come first: the answer that they are held may be here before the change feed says so. */
export function markOf(seatId: string, { statusOf, chosen, mine }: Seen): Mark {
  if (mine.has(seatId)) return "yours";
  const status = statusOf(seatId);
  return status === "free" && chosen.has(seatId) ? "chosen" : status;
}

const NOTHING: ReadonlySet<string> = new Set();

/** The seats that one holds or has bought; none any more when the hold is over. */
export function mineOf({
  reservation,
  secondsLeft,
}: Pick<OwnReservation, "reservation" | "secondsLeft">): ReadonlySet<string> {
  if (reservation === undefined) return NOTHING;
  const isMine = reservation.status === "confirmed" || (reservation.status === "held" && secondsLeft !== 0);
  return isMine ? new Set(reservation.seats) : NOTHING;
}
