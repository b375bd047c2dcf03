import type { Reply } from "../history.ts";
import type { Random } from "../random.ts";
import { type House, houseWith } from "./houses.ts";
import type { Intent } from "./intent.ts";

export interface KnownShow {
  readonly id: string;
  readonly tenantId: number;
  /** Who is paid; undefined when the seats cost nothing. */
  readonly walletId: string | undefined;
  readonly house: House;
  sold: number;
}

/** A reservation that somebody was told of, with its token. */
export interface Ticket {
  readonly token: string;
  readonly show: KnownShow;
  readonly customerId: string;
  readonly seatIds: readonly string[];
  readonly price: number;
  /** By the clients' own clock, more or less. */
  readonly endsAtMs: number;
}

/** A tenant with fewer shows that are worth queueing for opens another one. */
const OPEN_SHOWS = 3;
/** More than half of it sold: what is left is not much to fight over. */
const isOpen = ({ sold, house }: KnownShow): boolean => sold < house.seatIds.length / 2;
/** Older ones are dropped: their time has come long ago, and they have been seen to be late. */
const MAX_TICKETS = 400;

/** The shows and reservations that the clients were told of. */
export class BoxOffice {
  readonly shows: KnownShow[] = [];
  readonly tickets: Ticket[] = [];

  needsShow(tenantId: number): boolean {
    return this.shows.filter((show) => show.tenantId === tenantId && isOpen(show)).length < OPEN_SHOWS;
  }

  /** Mostly the one that everybody wants, or another that has seats left; sometimes an old one, where all come too late. */
  pickShow(random: Random, tenantId: number): KnownShow | undefined {
    const ofTenant = this.shows.filter((show) => show.tenantId === tenantId);
    const open = ofTenant.filter(isOpen);
    if (open.length > 0 && random.chance(0.6)) return open[0];
    const choices = open.length > 0 && random.chance(0.92) ? open : ofTenant;
    return choices.length === 0 ? undefined : random.pick(choices);
  }

  /** A ticket, perhaps one that is late; `used` ones are taken out most of the time, so that a few are used twice. */
  pickTicket(random: Random, { late, used }: { late: boolean; used: boolean }): Ticket | undefined {
    const nowMs = performance.now();
    for (let tries = 0; tries < 8 && this.tickets.length > 0; tries++) {
      const at = random.whole(0, this.tickets.length - 1);
      const ticket = this.tickets[at];
      if (ticket === undefined || ticket.endsAtMs <= nowMs !== late) continue;
      if (used && random.chance(0.8)) this.tickets.splice(at, 1);
      return ticket;
    }
    return undefined;
  }

  learn({ caller, procedure, input }: Intent, reply: Reply): void {
    if (reply.kind !== "success") return;
    const { data } = reply;
    if (procedure === "shows.create") {
      const walletId = typeof input["walletId"] === "string" ? input["walletId"] : undefined;
      const house = houseWith(input["categories"]);
      this.shows.push({ id: `${data["showId"]}`, tenantId: caller.tenantId, walletId, house, sold: 0 });
    }
    const show = this.shows.find(({ id }) => id === data["showId"]);
    if (show === undefined) return;
    const seatIds = data["seats"] as string[];
    if (procedure === "seats.confirm") show.sold += seatIds.length;
    if (procedure !== "seats.reserve") return;
    this.tickets.push({
      token: `${data["token"]}`,
      show,
      customerId: `${input["customerId"] ?? caller.subject}`,
      seatIds,
      price: Number(data["price"]),
      endsAtMs: performance.now() + 1000 * (Number(data["expiresInSeconds"]) + 1),
    });
    if (this.tickets.length > MAX_TICKETS) this.tickets.shift();
  }
}
