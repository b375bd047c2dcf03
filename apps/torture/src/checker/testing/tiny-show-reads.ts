import type { Caller } from "../../history.ts";
import type { ShowRow } from "../tables.ts";
import type { TinyShows } from "./tiny-shows.ts";
import { type Fields, No, type TinyStore } from "./tiny-store.ts";

const iso = (ms: number): string => new Date(ms).toISOString();

/** The queries of a tiny Holdfast on shows and seats. */
export function readShows(
  store: TinyStore,
  shows: TinyShows,
  { by, kind, input, nowMs }: { by: Caller; kind: string; input: Fields; nowMs: number },
): Fields {
  const mine = store.tables.shows.filter(({ tenantId }) => tenantId === by.tenantId);
  if (kind === "shows.list") {
    const newest = mine.toReversed().slice(0, Number(input["limit"] ?? 50));
    return { shows: newest.map((show) => summaryOf(store, show, nowMs)), next: null };
  }
  if (kind === "seats.check") {
    const {
      id: reservationId,
      showId,
      seatIds,
      price,
      status,
      expiresAtMs,
    } = shows.named(shows.recorded(input), by);
    const isOver = status === "held" && expiresAtMs <= nowMs;
    const expiresInSeconds = status === "held" ? Math.max(0, Math.floor((expiresAtMs - nowMs) / 1000)) : 0;
    const about = { reservationId, showId, seats: [...seatIds], price: `${price}` };
    return { ...about, status: isOver ? "expired" : status, expiresAt: iso(expiresAtMs), expiresInSeconds };
  }
  const show = mine.find(({ id }) => id === input["showId"]);
  if (show === undefined) throw new No("NOT_FOUND", { what: "showId" });
  const { walletId, holdSeconds, maxHoldSeconds, layout } = show;
  const currency = walletId === null ? null : store.wallets.get(walletId)?.currency;
  const fixed = { walletId, currency, holdSeconds, maxHoldSeconds, layout: JSON.parse(layout) };
  return { ...summaryOf(store, show, nowMs), ...fixed, ...seatsOf(store, show, nowMs) };
}

function summaryOf(store: TinyStore, show: ShowRow, nowMs: number): Fields {
  const { id: showId, name, capacity, sold } = show;
  const { heldSeats: held } = seatsOf(store, show, nowMs);
  return { showId, name, startsAt: null, capacity, held: held.length, sold, version: `${show.version}` };
}

function seatsOf(
  store: TinyStore,
  { id }: ShowRow,
  nowMs: number,
): { heldSeats: string[]; soldSeats: string[] } {
  const { seats, reservations } = store.tables;
  const over = new Set(reservations.filter((one) => one.expiresAtMs <= nowMs).map((one) => one.id));
  const ofShow = seats.filter(({ showId }) => showId === id);
  const held = ofShow.filter((seat) => seat.status === "held" && !over.has(`${seat.reservationId}`));
  const sold = ofShow.filter((seat) => seat.status === "sold");
  return { heldSeats: held.map((seat) => seat.id), soldSeats: sold.map((seat) => seat.id) };
}
