import { createHash } from "node:crypto";
import type { Caller } from "../../history.ts";
import type { ReservationRow, ShowRow } from "../tables.ts";
import { choose, houseOf, type TinySeat } from "./tiny-houses.ts";
import { type Fields, type Mutable, No, type TinyStore } from "./tiny-store.ts";

type Show = Mutable<ShowRow>;
type Reservation = Mutable<ReservationRow>;

/** Who asks, and when; the id of what it will be recorded as; and how a wallet pays. */
export interface Moment {
  readonly by: Caller;
  readonly nowMs: number;
  readonly operationId: string;
  readonly pay: (fromWalletId: string, toWalletId: string, price: bigint) => Fields;
  readonly ownsWallet: (walletId: string) => boolean;
}

/** The shows of a tiny Holdfast. Nothing is written before everything has been asked, so nothing need be undone. */
export class TinyShows {
  readonly #store: TinyStore;
  readonly #houses = new Map<string, TinySeat[]>();
  readonly #tokens = new Map<string, string>();

  constructor(store: TinyStore) {
    this.#store = store;
  }

  run(kind: string, input: Fields, moment: Moment): Fields {
    if (kind === "shows.create") return this.#create(input, moment);
    if (kind === "seats.reserve") return this.#reserve(input, moment);
    const reservation = this.named(input, moment.by);
    const show = this.#show(reservation.showId);
    if (kind === "seats.confirm") return this.#confirm(show, reservation, input, moment);
    const { status } = reservation;
    const expiredAt = iso(reservation.expiresAtMs);
    if (status === "expired") throw new No("RESERVATION_EXPIRED", { expiredAt, taken: [] });
    if (status !== "held") throw new No("RESERVATION_CLOSED", { status });
    if (kind === "seats.extend")
      return this.#extend(show, reservation, Number(input["expiresInSeconds"]), moment);
    this.#free(reservation, "released", moment.operationId);
    return this.#told(reservation, moment);
  }

  /** The show that a command is about. */
  showOf(input: Fields): string {
    const { tokenHash } = (input["token"] ?? {}) as { tokenHash?: string };
    const named = this.#store.tables.reservations.find((one) => one.tokenHash === tokenHash);
    return `${input["showId"] ?? named?.showId}`;
  }

  /** Reservations whose time has come. */
  due(showId: string, nowMs: number): Reservation[] {
    return this.#store.tables.reservations.filter(
      (one) => one.showId === showId && one.status === "held" && one.expiresAtMs <= nowMs,
    );
  }

  /** As an input is recorded: of a token its hash. */
  recorded(input: Fields): Fields {
    if (typeof input["token"] !== "string") return input;
    return { ...input, token: { tokenHash: hash(input["token"]) } };
  }

  /** As an answer is told: with the token whose hash was recorded. */
  told(data: Fields): Fields {
    const { tokenHash } = (data["token"] ?? {}) as { tokenHash?: string };
    return tokenHash === undefined ? data : { ...data, token: this.#tokens.get(tokenHash) };
  }

  named(input: Fields, by: Caller): Reservation {
    const { tokenHash } = input["token"] as { tokenHash: string };
    const found = this.#store.tables.reservations.find((one) => one.tokenHash === tokenHash);
    if (found?.tenantId !== by.tenantId || (by.role === "user" && by.subject !== found.customerId))
      throw new No("NOT_FOUND", { what: "token" });
    return found;
  }

  expire(reservation: Reservation, moment: Moment): Fields {
    this.#free(reservation, "expired", moment.operationId);
    return this.#told(reservation, moment);
  }

  #free(reservation: Reservation, as: string, operationId: string): void {
    reservation.status = as;
    this.#change(reservation, "free", operationId);
  }

  #show(id: string): Show {
    const show = this.#store.tables.shows.find((one) => one.id === id);
    if (show === undefined) throw new No("NOT_FOUND", { what: "showId" });
    return show;
  }

  #create(input: Fields, { by, operationId, ownsWallet }: Moment): Fields {
    if (by.role === "user") throw new No("FORBIDDEN", { needs: "service" });
    const walletId = input["walletId"] === undefined ? null : `${input["walletId"]}`;
    if (walletId !== null && !ownsWallet(walletId)) throw new No("NOT_FOUND", { what: "walletId" });
    const { seats, layout } = houseOf(input);
    const holdSeconds = Number(input["holdSeconds"] ?? 300);
    const maxHoldSeconds = Number(input["maxHoldSeconds"] ?? 1200);
    const show: Show = {
      tenantId: by.tenantId,
      id: this.#store.newId(),
      name: `${input["name"]}`,
      startsAtMs: null,
      walletId,
      layout,
      holdSeconds,
      maxHoldSeconds,
      capacity: seats.filter(({ isClosed }) => !isClosed).length,
      held: 0,
      sold: 0,
      version: 0n,
      operationId,
    };
    this.#store.tables.shows.push(show);
    this.#houses.set(show.id, seats);
    const { id: showId, capacity } = show;
    const layoutHash = hash(layout);
    const told = {
      operationId,
      showId,
      seats: seats.length,
      capacity,
      holdSeconds,
      maxHoldSeconds,
      layoutHash,
    };
    return { ...told, showVersion: "0" };
  }

  #reserve(input: Fields, moment: Moment): Fields {
    const { by, nowMs, operationId } = moment;
    const show = this.#show(`${input["showId"]}`);
    if (show.tenantId !== by.tenantId) throw new No("NOT_FOUND", { what: "showId" });
    const customerId = `${input["customerId"] ?? by.subject}`;
    if (by.role === "user" && customerId !== by.subject) throw new No("FORBIDDEN", { needs: "service" });
    const house = this.#houses.get(show.id) ?? [];
    const asked = input["seatIds"] as string[] | undefined;
    const active = this.#activeOf(show.id, customerId);
    if (active !== undefined && asked?.toSorted().join() === active.seatIds.toSorted().join())
      return { ...this.#reserved(show, active, moment), alreadyHeld: true };
    if (active !== undefined && input["replace"] !== true) throw alreadyActive(active);
    const isFree = ({ id, isClosed }: TinySeat) => !isClosed && !this.#isTaken(show.id, id, active?.id);
    const { chosen, insteadOf } = choose(house, isFree, input);
    const keeps = chosen.some(({ id }) => active?.seatIds.includes(id));
    const heldSinceMs = keeps && active !== undefined ? active.heldSinceMs : nowMs;
    const seconds = Number(input["expiresInSeconds"] ?? show.holdSeconds);
    if (active !== undefined) this.#free(active, "released", operationId);
    const id = this.#store.newId();
    const token = `${"tiny-token-".repeat(6)}${id}`;
    const reservation: Reservation = {
      tenantId: by.tenantId,
      id,
      showId: show.id,
      customerId,
      seatIds: house.filter((seat) => chosen.includes(seat)).map((seat) => seat.id),
      price: chosen.reduce((sum, { price }) => sum + price, 0n),
      status: "held",
      heldSinceMs,
      expiresAtMs: Math.min(nowMs + seconds * 1000, heldSinceMs + show.maxHoldSeconds * 1000),
      tokenHash: hash(token),
      operationId,
    };
    this.#tokens.set(reservation.tokenHash, token);
    this.#store.tables.reservations.push(reservation);
    this.#change(reservation, "held", operationId);
    return {
      ...this.#reserved(show, reservation, moment),
      ...(insteadOf === undefined ? {} : { insteadOf }),
      ...(active === undefined ? {} : { replaced: active.id }),
    };
  }

  #extend(show: Show, reservation: Reservation, seconds: number, moment: Moment): Fields {
    const latest = reservation.heldSinceMs + show.maxHoldSeconds * 1000;
    const wanted = moment.nowMs + seconds * 1000;
    const granted = Math.min(wanted, latest);
    if (wanted > reservation.expiresAtMs && granted <= reservation.expiresAtMs)
      throw new No("EXTENSION_LIMIT", { expiresAt: iso(reservation.expiresAtMs) });
    reservation.expiresAtMs = Math.max(granted, reservation.expiresAtMs);
    return { ...this.#told(reservation, moment), ...left(reservation, moment.nowMs) };
  }

  #confirm(show: Show, reservation: Reservation, { walletId }: Fields, moment: Moment): Fields {
    const { status, seatIds, customerId, price } = reservation;
    if (status === "expired") {
      const taken = seatIds.filter((id) => this.#isTaken(show.id, id, undefined));
      const expiredAt = iso(reservation.expiresAtMs);
      if (taken.length > 0) throw new No("RESERVATION_EXPIRED", { expiredAt, taken });
      const rival = this.#activeOf(show.id, customerId);
      if (rival !== undefined) throw alreadyActive(rival);
    } else if (status !== "held") throw new No("RESERVATION_CLOSED", { status });
    if (price > 0n && walletId === undefined) throw new No("BAD_REQUEST", { issues: [] });
    const paid = price > 0n ? moment.pay(`${walletId}`, `${show.walletId}`, price) : {};
    if (status === "expired") this.#change(reservation, "held", moment.operationId);
    reservation.status = "confirmed";
    this.#change(reservation, "sold", moment.operationId);
    return { ...this.#told(reservation, moment), ...paid };
  }

  #activeOf(showId: string, customerId: string): Reservation | undefined {
    const { reservations } = this.#store.tables;
    return reservations.find(
      (one) => one.showId === showId && one.customerId === customerId && one.status === "held",
    );
  }

  #isTaken(showId: string, id: string, butBy: string | undefined): boolean {
    const seat = this.#store.tables.seats.find((one) => one.showId === showId && one.id === id);
    return (
      seat !== undefined && seat.status !== "free" && (butBy === undefined || seat.reservationId !== butBy)
    );
  }

  /** Makes the seats of a reservation held, sold or free: one version of the show. */
  #change({ tenantId, id, showId, seatIds }: Reservation, status: string, operationId: string): void {
    const { seats, showChanges } = this.#store.tables;
    const show = this.#show(showId);
    show.version += 1n;
    show.held += status === "held" ? seatIds.length : -seatIds.length;
    if (status === "sold") show.sold += seatIds.length;
    const version = show.version;
    showChanges.push({
      tenantId,
      showId,
      version,
      operationId,
      reservationId: id,
      status,
      seatIds: [...seatIds],
    });
    for (const seatId of seatIds) {
      const reservationId = status === "free" ? null : id;
      const seat = seats.find((one) => one.showId === showId && one.id === seatId);
      if (seat === undefined) seats.push({ tenantId, showId, id: seatId, status, reservationId });
      else Object.assign(seat, { status, reservationId });
    }
  }

  #told({ id, showId, seatIds, price, status, expiresAtMs }: Reservation, { operationId }: Moment): Fields {
    const about = { reservationId: id, showId, seats: [...seatIds], price: `${price}`, status };
    const showVersion = `${this.#show(showId).version}`;
    return { operationId, ...about, expiresAt: iso(expiresAtMs), showVersion };
  }

  #reserved(show: Show, reservation: Reservation, moment: Moment): Fields {
    const house = this.#houses.get(show.id) ?? [];
    const seats = house.filter(({ id }) => reservation.seatIds.includes(id));
    return {
      ...this.#told(reservation, moment),
      ...left(reservation, moment.nowMs),
      ...(show.walletId === null ? {} : { organiserWalletId: show.walletId }),
      token: { tokenHash: reservation.tokenHash },
      adjacent: seats.every((seat, at) => at === 0 || seats[at - 1]?.next === seat),
    };
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();
const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const left = ({ expiresAtMs }: Reservation, nowMs: number): Fields => {
  return { expiresInSeconds: Math.floor((expiresAtMs - nowMs) / 1000) };
};

function alreadyActive({ id: reservationId, seatIds: seats, expiresAtMs }: Reservation): No {
  return new No("RESERVATION_ACTIVE", { reservationId, seats: [...seats], expiresAt: iso(expiresAtMs) });
}
