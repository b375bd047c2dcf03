import type { ReservationStatus } from "./commands.ts";
import type { SeatPlan } from "./seat-plan.ts";

export interface Show {
  readonly id: string;
  readonly walletId: string | undefined;
  readonly holdSeconds: number;
  readonly maxHoldSeconds: number;
  readonly version: bigint;
  readonly plan: SeatPlan;
}

/** A show as it is created: what its row has besides what decisions read. */
export interface NewShow extends Show {
  readonly name: string;
  readonly startsAt: string | undefined;
  /** The layout as it is stored. */
  readonly layoutJson: string;
  readonly capacity: number;
}

export interface Held {
  readonly id: string;
  readonly showId: string;
  readonly customerId: string;
  readonly seatIds: readonly string[];
  readonly price: bigint;
  readonly status: ReservationStatus;
  readonly heldSinceMs: number;
  readonly expiresAtMs: number;
  /** SHA-256 of its token, in hexadecimal digits. */
  readonly tokenHash: string;
}

/** A seat that has a row: somebody has or had it. */
export interface Seat {
  readonly status: "free" | "held" | "sold";
  /** Whose it is, unless it is free; nobody asks that of a sold one that was read with all of its show. */
  readonly reservationId: string | undefined;
}

/** What a decision changes. Where seats change it is one entry of the show's history, and advances its version by one. */
export type ShowChange =
  | { readonly type: "create"; readonly show: NewShow }
  | { readonly type: "reserve"; readonly reservation: Held }
  | { readonly type: "extend"; readonly reservationId: string; readonly expiresAtMs: number }
  | { readonly type: "free"; readonly reservationId: string; readonly as: "released" | "expired" }
  /** Of an expired reservation whose seats are all free. */
  | { readonly type: "hold-again"; readonly reservationId: string }
  | { readonly type: "sell"; readonly reservationId: string };

export interface HistoryEntry {
  readonly showId: string;
  readonly version: bigint;
  readonly operationId: string;
  readonly reservationId: string;
  readonly status: "free" | "held" | "sold";
  readonly seatIds: readonly string[];
}

/** The shows of one batch: what was locked and read, as it is after each decision, and what to write. */
export class ShowRows {
  readonly shows = new Map<string, Show>();
  readonly reservations = new Map<string, Held>();
  readonly history: HistoryEntry[] = [];
  readonly created: { show: NewShow; operationId: string }[] = [];
  /** Reservations made by this batch, by id, and the operations that made them. */
  readonly reserved = new Map<string, string>();
  /** The status that other reservations had before this batch changed them. */
  readonly settled = new Map<string, ReservationStatus>();
  /** Seats that this batch changed, by show and seat: their rows before it. */
  readonly changed = new Map<string, Map<string, Seat | undefined>>();
  /** The rows of seats, by show and seat; those that nobody asked for may be missing. */
  readonly #seats = new Map<string, Map<string, Seat>>();
  /** The active reservations, by show and customer. */
  readonly #active = new Map<string, string>();

  /** Adds a seat that was read. */
  read(showId: string, seatId: string, seat: Seat): void {
    within(this.#seats, showId).set(seatId, seat);
  }

  /** Adds a reservation that was read. */
  readReservation(reservation: Held): void {
    this.reservations.set(reservation.id, reservation);
    if (reservation.status === "held") this.#active.set(customerKey(reservation), reservation.id);
  }

  seat(showId: string, seatId: string): Seat | undefined {
    return this.#seats.get(showId)?.get(seatId);
  }

  /** Whether a seat is held or sold, unless by this reservation. */
  isTaken(showId: string, seatId: string, butBy?: string): boolean {
    const seat = this.seat(showId, seatId);
    if (seat === undefined || seat.status === "free") return false;
    return butBy === undefined || seat.reservationId !== butBy;
  }

  /** The customer's active reservation of a show. */
  activeOf(showId: string, customerId: string): Held | undefined {
    const id = this.#active.get(customerKey({ showId, customerId }));
    return id === undefined ? undefined : this.reservations.get(id);
  }

  apply(change: ShowChange, operationId: string): void {
    switch (change.type) {
      case "create":
        this.shows.set(change.show.id, change.show);
        this.created.push({ show: change.show, operationId });
        return;
      case "reserve":
        this.reserved.set(change.reservation.id, operationId);
        this.readReservation(change.reservation);
        this.#become("held", change.reservation, operationId);
        return;
      case "extend":
        this.#settle(this.#known(change.reservationId), { expiresAtMs: change.expiresAtMs });
        return;
      case "free": {
        const reservation = this.#known(change.reservationId);
        this.#settle(reservation, { status: change.as });
        this.#active.delete(customerKey(reservation));
        this.#become("free", reservation, operationId);
        return;
      }
      case "hold-again": {
        const reservation = this.#known(change.reservationId);
        this.#settle(reservation, { status: "held" });
        this.#active.set(customerKey(reservation), reservation.id);
        this.#become("held", reservation, operationId);
        return;
      }
      case "sell": {
        const reservation = this.#known(change.reservationId);
        this.#settle(reservation, { status: "confirmed" });
        this.#active.delete(customerKey(reservation));
        this.#become("sold", reservation, operationId);
      }
    }
  }

  #known(id: string): Held {
    const reservation = this.reservations.get(id);
    if (reservation === undefined) throw new TypeError("a decision changed a reservation that was not read");
    return reservation;
  }

  #settle(before: Held, change: Partial<Pick<Held, "status" | "expiresAtMs">>): void {
    if (!this.reserved.has(before.id) && !this.settled.has(before.id))
      this.settled.set(before.id, before.status);
    this.reservations.set(before.id, { ...before, ...change });
  }

  #become(status: HistoryEntry["status"], { id, showId, seatIds }: Held, operationId: string): void {
    const show = this.shows.get(showId);
    if (show === undefined) throw new TypeError("a decision changed seats of a show that is not locked");
    const version = show.version + 1n;
    this.shows.set(showId, { ...show, version });
    this.history.push({ showId, version, operationId, reservationId: id, status, seatIds });
    const seats = within(this.#seats, showId);
    const changed = within(this.changed, showId);
    for (const seatId of seatIds) {
      // What is freed or sold was held by this very reservation, even if nobody asked for the seat.
      const before = status === "held" ? seats.get(seatId) : { reservationId: id, status: "held" as const };
      if (!changed.has(seatId)) changed.set(seatId, before);
      seats.set(seatId, { status, reservationId: status === "free" ? undefined : id });
    }
  }
}

function customerKey({ showId, customerId }: Pick<Held, "showId" | "customerId">): string {
  return `${showId}\0${customerId}`;
}

function within<K, V>(all: Map<string, Map<K, V>>, showId: string): Map<K, V> {
  const found = all.get(showId);
  if (found !== undefined) return found;
  const made = new Map<K, V>();
  all.set(showId, made);
  return made;
}
