import type { Principal } from "../principal.ts";
import type { ShowCommand } from "../shows/decide.ts";
import { hasRun, idsOf, type ModelSeat, priceOf, sideBySide } from "./model-house.ts";
import { Refused, type Told } from "./wallet-model.ts";

interface ModelReservation {
  readonly id: string;
  readonly show: string;
  readonly customer: string;
  readonly seats: readonly ModelSeat[];
  readonly tag: string;
  readonly since: number;
  until: number;
  end?: "confirmed" | "released" | "expired";
}

export interface ModelWallet {
  readonly ownerId: string;
  readonly currency: string;
  balance: bigint;
}

export interface ModelGiven {
  readonly house: readonly ModelSeat[];
  readonly shows: readonly string[];
  /** Of every show: how long a reservation lasts unless said otherwise, and at most. */
  readonly holdSeconds: number;
  readonly maxHoldSeconds: number;
  /** Purchases change their balances. */
  readonly wallets: ReadonlyMap<string, ModelWallet>;
  /** Whose wallet is paid, and what it may hold at most. */
  readonly organiser: string;
  readonly ceiling: bigint;
}

export interface ModelCall {
  readonly by: Principal;
  readonly now: number;
  readonly newId: () => string;
  /** The seats that the implementation chose where it may choose: they must be lawful, and best is for other tests to say. */
  readonly chosen: readonly string[];
  /** What the new reservation's token must bring along. */
  readonly tag: string;
}

type Command<K extends ShowCommand["kind"]> = Extract<ShowCommand, { kind: K }>;
type TokenOf = Command<"seats.extend">["token"];

/**
 * What shows must do, written a second time and as simply as can be: a list of reservations, and whatever can be derived from
 * it (whose a seat is, what is free, what it costs) is derived anew each time. It shares no code with the implementation.
 */
export class ShowModel {
  readonly reservations: ModelReservation[] = [];
  /** How often the seats of each show changed hands. */
  readonly versions: Map<string, number>;

  readonly #given: ModelGiven;

  constructor(given: ModelGiven) {
    this.#given = given;
    this.versions = new Map(given.shows.map((show) => [show, 0]));
  }

  /** What the command answers, or the refusal that it meets: whatever can be refused is, before anything changes. */
  run(command: ShowCommand, call: ModelCall): Told {
    try {
      return { ok: true, data: this.#decide(command, call) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, code: error.code, details: error.details };
    }
  }

  /** The reservations whose time has come. */
  due(now: number): string[] {
    return this.reservations.filter((one) => one.end === undefined && one.until <= now).map(({ id }) => id);
  }

  /** Who has a seat; throws when two do. */
  owner(show: string, seatId: string): { readonly id: string; readonly sold: boolean } | undefined {
    const [owner, second] = this.reservations.filter(
      ({ show: of, end, seats }) =>
        of === show && (end === undefined || end === "confirmed") && seats.some(({ id }) => id === seatId),
    );
    if (second !== undefined) throw new Error(`two own ${seatId}`);
    return owner && { id: owner.id, sold: owner.end === "confirmed" };
  }

  #decide(command: ShowCommand, call: ModelCall): object {
    switch (command.kind) {
      case "shows.create":
        throw new TypeError("the model's shows are there from the beginning");
      case "seats.reserve":
        return this.#reserve(command, call);
      case "seats.extend": {
        const found = this.#held(this.#find(command.token, call));
        const asked = call.now + command.expiresInSeconds * 1000;
        const granted = Math.min(asked, found.since + this.#given.maxHoldSeconds * 1000);
        if (asked > found.until && granted <= found.until)
          throw new Refused("EXTENSION_LIMIT", { expiresAt: iso(found.until) });
        found.until = Math.max(found.until, granted);
        return this.#told(found, call);
      }
      case "seats.release":
        return this.#end(this.#held(this.#find(command.token, call)), "released");
      case "seats.confirm":
        return this.#confirm(command, call);
      case "seats.expire": {
        const found = this.reservations.find(({ id }) => id === command.reservationId);
        if (found === undefined || found.end !== undefined)
          throw new Refused("NOT_FOUND", { what: "reservationId" });
        return this.#end(found, "expired");
      }
    }
  }

  #reserve(command: Command<"seats.reserve">, call: ModelCall): object {
    const {
      showId: show,
      seatIds,
      bestAvailable: best,
      expiresInSeconds = this.#given.holdSeconds,
    } = command;
    if (!this.versions.has(show)) throw new Refused("NOT_FOUND", { what: "showId" });
    const customer = command.customerId ?? call.by.subject;
    if (call.by.role === "user" && customer !== call.by.subject)
      throw new Refused("FORBIDDEN", { needs: "service" });
    const asked = this.#given.house.filter(({ id }) => seatIds?.includes(id));
    const unknown = (key: "section" | "category") =>
      best?.[key] !== undefined && !this.#given.house.some((seat) => seat[key] === best[key]);
    if (asked.length < (seatIds?.length ?? 0) || unknown("section") || unknown("category"))
      throw new Refused("BAD_REQUEST", {});

    const active = this.#active(show, customer);
    if (active !== undefined) {
      if (seatIds?.length === active.seats.length && asked.every((seat) => active.seats.includes(seat)))
        return { ...this.#reserved(active, call), alreadyHeld: true };
      this.#refuseActive(command.replace === true ? undefined : active);
    }

    const isFree = ({ id, blocked }: ModelSeat) => {
      const owner = this.owner(show, id);
      return blocked === undefined && (owner === undefined || owner.id === active?.id);
    };
    const conflicts = asked.filter((seat) => !isFree(seat)).map(({ id }) => id);
    const categories = new Set(asked.map(({ category }) => category));
    const open = this.#given.house.filter(
      (seat) =>
        isFree(seat) &&
        seat.accessible === undefined &&
        (best === undefined
          ? categories.has(seat.category)
          : (best.section ?? seat.section) === seat.section &&
            (best.category ?? seat.category) === seat.category),
    );
    const quantity = best?.quantity ?? asked.length;
    if (best !== undefined && open.length < quantity)
      throw new Refused("NOT_ENOUGH_SEATS", { available: open.length, requested: quantity });
    // Who needs an accessible seat is offered no other in its place.
    const mayChoose = command.ifTaken === "nearest" && asked.every((seat) => seat.accessible === undefined);
    if (conflicts.length > 0 && (!mayChoose || open.length < quantity))
      throw new Refused("SEATS_TAKEN", { conflicts });
    const chooses = best !== undefined || conflicts.length > 0;
    const seats = chooses ? open.filter(({ id }) => call.chosen.includes(id)) : asked;
    if (seats.length !== quantity || (chooses && sideBySide(seats) !== hasRun(open, quantity)))
      throw new Error(`of ${idsOf(open)} these were chosen: ${call.chosen}`);

    const id = call.newId();
    const kept = active !== undefined && seats.some((seat) => active.seats.includes(seat));
    const since = kept ? active.since : call.now;
    const until = Math.min(call.now + expiresInSeconds * 1000, since + this.#given.maxHoldSeconds * 1000);
    if (active !== undefined) this.#end(active, "released");
    const made = { id, show, customer, seats, tag: call.tag, since, until };
    this.reservations.push(made);
    this.#advance(show);
    return {
      ...this.#reserved(made, call),
      ...(conflicts.length > 0 && { insteadOf: conflicts }),
      ...(active !== undefined && { replaced: active.id }),
    };
  }

  #confirm(command: Command<"seats.confirm">, call: ModelCall): object {
    const found = this.#find(command.token, call);
    const { show, customer, seats } = found;
    const isLate = found.end === "expired";
    if (isLate) {
      const taken = idsOf(seats.filter(({ id }) => this.owner(show, id) !== undefined));
      if (taken.length > 0) throw new Refused("RESERVATION_EXPIRED", { expiredAt: iso(found.until), taken });
      this.#refuseActive(this.#active(show, customer));
    } else this.#held(found);
    const paid = this.#pay(command.walletId, BigInt(priceOf(seats)), call);
    // Seats whose hold has ended are held again before they are sold.
    if (isLate) this.#advance(show);
    return { ...this.#end(found, "confirmed"), ...paid };
  }

  #pay(walletId: string | undefined, price: bigint, { by }: ModelCall): object {
    if (price === 0n) return {};
    if (walletId === undefined) throw new Refused("BAD_REQUEST", {});
    const buyer = this.#given.wallets.get(walletId);
    const organiser = this.#given.wallets.get(this.#given.organiser);
    if (
      buyer === undefined ||
      organiser === undefined ||
      (by.role === "user" && buyer.ownerId !== by.subject)
    )
      throw new Refused("NOT_FOUND", { what: "walletId" });
    if (buyer === organiser) throw new Refused("SAME_WALLET", {});
    if (buyer.currency !== organiser.currency)
      throw new Refused("CURRENCY_MISMATCH", { from: buyer.currency, to: organiser.currency });
    if (price > buyer.balance) {
      const told = {
        available: `${buyer.balance}`,
        required: `${price}`,
        shortfall: `${price - buyer.balance}`,
      };
      throw new Refused("INSUFFICIENT_FUNDS", told);
    }
    if (organiser.balance + price > this.#given.ceiling) throw new Refused("BALANCE_LIMIT", {});
    buyer.balance -= price;
    organiser.balance += price;
    return { walletId, balance: `${buyer.balance}` };
  }

  #find({ reservationId, tokenHash }: TokenOf, { by }: ModelCall): ModelReservation {
    const found = this.reservations.find(({ id, tag }) => id === reservationId && tag === tokenHash);
    if (found === undefined || (by.role === "user" && found.customer !== by.subject))
      throw new Refused("NOT_FOUND", { what: "token" });
    return found;
  }

  #held(found: ModelReservation): ModelReservation {
    if (found.end === "expired")
      throw new Refused("RESERVATION_EXPIRED", { expiredAt: iso(found.until), taken: [] });
    if (found.end !== undefined) throw new Refused("RESERVATION_CLOSED", { status: found.end });
    return found;
  }

  #active(show: string, customer: string): ModelReservation | undefined {
    return this.reservations.find(
      (one) => one.show === show && one.customer === customer && one.end === undefined,
    );
  }

  #refuseActive(active: ModelReservation | undefined): void {
    if (active === undefined) return;
    const told = { reservationId: active.id, seats: idsOf(active.seats), expiresAt: iso(active.until) };
    throw new Refused("RESERVATION_ACTIVE", told);
  }

  #end(found: ModelReservation, end: NonNullable<ModelReservation["end"]>): object {
    found.end = end;
    this.#advance(found.show);
    return this.#changed(found);
  }

  #advance(show: string): void {
    this.versions.set(show, (this.versions.get(show) ?? 0) + 1);
  }

  #changed({ id, show, seats, until, end }: ModelReservation): object {
    return {
      ...{ reservationId: id, showId: show, seats: idsOf(seats), price: `${priceOf(seats)}` },
      ...{ status: end ?? "held", expiresAt: iso(until), showVersion: `${this.versions.get(show)}` },
    };
  }

  #told(found: ModelReservation, { now }: ModelCall): object {
    return { ...this.#changed(found), expiresInSeconds: Math.floor((found.until - now) / 1000) };
  }

  #reserved(found: ModelReservation, call: ModelCall): object {
    const token = { tokenHash: found.tag };
    const organiserWalletId = this.#given.organiser;
    return { ...this.#told(found, call), organiserWalletId, token, adjacent: sideBySide(found.seats) };
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
