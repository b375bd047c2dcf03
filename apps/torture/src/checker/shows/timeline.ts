import type { Story } from "../case.ts";
import { countWhile } from "../count-while.ts";
import type { ShowChangeRow } from "../tables.ts";
import type { House } from "./house.ts";

/** A reservation as the model has it. */
export interface Booking {
  readonly id: string;
  readonly showId: string;
  readonly customerId: string;
  readonly seatIds: readonly string[];
  readonly price: bigint;
  readonly status: "held" | "confirmed" | "released" | "expired";
  readonly heldSinceMs: number;
  readonly expiresAtMs: number;
  readonly tokenHash: string;
}

/** What never changes of a show. */
export interface Facts {
  readonly id: string;
  /** The operation that created it. */
  readonly story: Story;
  readonly organiserId: string | undefined;
  readonly holdSeconds: number;
  readonly maxHoldSeconds: number;
  readonly house: House;
}

/** How a show stands: what is written, so that a hold whose time has come may still be there. */
export interface ShowWorld {
  readonly version: number;
  /** The reservation that holds or has bought a seat. */
  holderOf(seatId: string): Booking | undefined;
  bookingOf(tokenHash: string): Booking | undefined;
  booking(id: string): Booking | undefined;
  /** The customer's latest reservation that is held. */
  heldBy(customerId: string): Booking | undefined;
}

/** A success on a show: one that changed seats made its version, any other came upon it. */
export interface Scene {
  readonly story: Story;
  readonly version: number;
}

/** A value from a number of scenes on. */
interface Since<T> {
  readonly scenes: number;
  readonly value: T;
}

/** All successes on a show in their order, and how it stood after each: by seat, by reservation and by customer. */
export class Timeline {
  readonly facts: Facts;
  readonly scenes: Scene[] = [];
  readonly #holders = new Map<string, Since<string | undefined>[]>();
  readonly #bookings = new Map<string, Since<Booking>[]>();
  readonly #held = new Map<string, Since<string | undefined>[]>();
  readonly #tokens = new Map<string, string>();

  constructor(facts: Facts) {
    this.facts = facts;
  }

  /** The show after so many scenes; after all of them when left out. */
  worldAt(scenes = this.scenes.length): ShowWorld {
    const booking = (id: string | undefined) => valueAt(this.#bookings.get(id ?? ""), scenes);
    return {
      version: this.scenes[scenes - 1]?.version ?? 0,
      booking,
      holderOf: (seatId) => booking(valueAt(this.#holders.get(seatId), scenes)),
      bookingOf: (tokenHash) => booking(this.#tokens.get(tokenHash)),
      heldBy: (customerId) => booking(valueAt(this.#held.get(customerId), scenes)),
    };
  }

  /** The numbers of scenes after which the show has one of these versions. */
  scenesAt(first: number, last = first): { first: number; last: number } {
    const { scenes } = this;
    const before = countWhile(scenes.length, (at) => (scenes[at]?.version ?? 0) < first);
    const madeIt = first > 0 && scenes[before]?.version === first ? 1 : 0;
    return {
      first: before + madeIt,
      last: countWhile(scenes.length, (at) => (scenes[at]?.version ?? 0) <= last),
    };
  }

  /** Every reservation that was ever made, as it stands in the end. */
  bookings(): Booking[] {
    return [...this.#bookings.values()].flatMap((states) => states.at(-1)?.value ?? []);
  }

  /** The states of a reservation, each with the scenes that there were when it came about. */
  statesOf(id: string): readonly Since<Booking>[] {
    return this.#bookings.get(id) ?? [];
  }

  /** Every seat that somebody ever had, and who has it in the end. */
  holders(): Map<string, string | undefined> {
    return new Map([...this.#holders].map(([seatId, states]) => [seatId, states.at(-1)?.value]));
  }

  /** Writes a scene down: what it made of reservations, and the seats that it changed. */
  play(scene: Scene, bookings: readonly Booking[], rows: readonly ShowChangeRow[]): void {
    this.scenes.push(scene);
    const scenes = this.scenes.length;
    for (const booking of bookings) {
      const before = valueAt(this.#held.get(booking.customerId), scenes);
      since(this.#bookings, booking.id, scenes, booking);
      this.#tokens.set(booking.tokenHash, booking.id);
      if (booking.status === "held") since(this.#held, booking.customerId, scenes, booking.id);
      else if (before === booking.id) since(this.#held, booking.customerId, scenes, undefined);
    }
    for (const { status, reservationId, seatIds } of rows) {
      for (const seatId of seatIds)
        since(this.#holders, seatId, scenes, status === "free" ? undefined : reservationId);
    }
  }
}

function since<T>(all: Map<string, Since<T>[]>, id: string, scenes: number, value: T): void {
  const states = all.get(id);
  if (states === undefined) all.set(id, [{ scenes, value }]);
  else states.push({ scenes, value });
}

function valueAt<T>(states: readonly Since<T>[] | undefined, scenes: number): T | undefined {
  if (states === undefined) return undefined;
  const last = states.at(-1);
  if (last !== undefined && last.scenes <= scenes) return last.value;
  return states[countWhile(states.length, (at) => (states[at]?.scenes ?? 0) <= scenes) - 1]?.value;
}
