import type { Caller } from "../history.ts";
import type { Random } from "../random.ts";
import { type Book, service, user } from "./book.ts";
import type { KnownShow, Ticket } from "./box-office.ts";
import { pickHouse } from "./houses.ts";
import { type Intent, key, memo } from "./intent.ts";
import type { Make, Maker } from "./maker.ts";

/** Short enough that everything happens within a run: holds end by themselves, and can't be extended for ever. */
const HOLD_SECONDS = 6;
const MAX_HOLD_SECONDS = 12;

const create: Make = (random, book, clock) => {
  const tenantId = random.pick(book.tenants);
  return book.boxOffice.needsShow(tenantId) ? newShow(random, book, tenantId, key(clock)) : undefined;
};

/** A show that a wallet of the tenant's is paid for, a hot one more often than not. */
export function newShow(random: Random, book: Book, tenantId: number, idempotencyKey: string): Intent {
  const house = pickHouse(random);
  const paid = house.isFree ? {} : { walletId: book.pickWallet(random, tenantId).id };
  const limits = random.chance(0.8)
    ? { holdSeconds: HOLD_SECONDS, maxHoldSeconds: MAX_HOLD_SECONDS }
    : { startsAt: "2027-03-01T19:30:00.000Z" };
  return {
    caller: service(tenantId),
    procedure: "shows.create",
    input: { idempotencyKey, name: memo(random), ...paid, ...limits, ...house.input },
  };
}

/** Everybody wants the same few seats. */
function pickSeats(random: Random, { house: { seatIds } }: KnownShow): string[] {
  const size = random.chance(0.7) ? random.whole(1, 3) : random.whole(2, 6);
  const from = random.chance(0.7) ? random.whole(0, 9) : random.whole(0, seatIds.length - size);
  const seats = seatIds.slice(from, from + size);
  return random.chance(0.2) ? seats.toReversed() : seats;
}

function wanted(random: Random, show: KnownShow): Record<string, unknown> {
  if (random.chance(0.6)) {
    const ifTaken = random.chance(0.3) ? { ifTaken: "nearest" } : {};
    return { seatIds: pickSeats(random, show), ...ifTaken };
  }
  const { sections, categories } = show.house;
  return {
    bestAvailable: {
      quantity: random.chance(0.9) ? random.whole(1, 4) : random.whole(5, 20),
      ...(random.chance(0.2) ? { section: random.pick(sections) } : {}),
      ...(random.chance(0.2) ? { category: random.pick(categories) } : {}),
    },
  };
}

const reserve: Make = (random, book, clock) => {
  const tenantId = random.pick(book.tenants);
  const show = book.boxOffice.pickShow(random, tenantId);
  if (show === undefined) return undefined;
  // Guests have no wallet; a service may pay for them.
  const customerId = random.chance(0.5) ? `user-${random.whole(0, 39)}` : `guest-${random.whole(1, 120)}`;
  const lasts = random.chance(0.45)
    ? { expiresInSeconds: random.whole(1, 2) }
    : random.chance(0.6)
      ? { expiresInSeconds: random.whole(3, 15) }
      : {};
  return {
    ...asCustomer(random, tenantId, customerId, "seats.reserve", {
      idempotencyKey: key(clock),
      showId: show.id,
      ...wanted(random, show),
      ...lasts,
      ...(random.chance(0.4) ? { replace: true } : {}),
    }),
  };
};

/** The same seats again, under a new key: the same reservation. */
const again: Make = (random, book, clock) => {
  const ticket = book.boxOffice.pickTicket(random, { late: random.chance(0.2), used: false });
  if (ticket === undefined) return undefined;
  const { show, customerId, seatIds } = ticket;
  const input = { idempotencyKey: key(clock), showId: show.id, seatIds: seatIds.toReversed() };
  return asCustomer(random, show.tenantId, customerId, "seats.reserve", input);
};

function asCustomer(
  random: Random,
  tenantId: number,
  customerId: string,
  procedure: string,
  input: Intent["input"],
): Intent {
  if (random.chance(0.01))
    return { caller: user(tenantId, "mallory"), procedure, input: { ...input, customerId } };
  return random.chance(0.25)
    ? { caller: service(tenantId), procedure, input: { ...input, customerId } }
    : { caller: user(tenantId, customerId), procedure, input };
}

/** Mostly the customer, now and then the service, sometimes somebody who has stolen the token. */
function bearer(random: Random, { show: { tenantId }, customerId }: Ticket): Caller {
  if (random.chance(0.04))
    return user(tenantId, random.chance(0.5) ? "mallory" : `user-${random.whole(0, 39)}`);
  return random.chance(0.2) ? service(tenantId) : user(tenantId, customerId);
}

/** The right ids and a wrong tag: whoever has seen one token can make it, and it must open nothing. */
function tokenOf(random: Random, { token }: Ticket): string {
  if (!random.chance(0.03)) return token;
  const at = token.length - 20;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}

const extend: Make = (random, book, clock) => {
  const ticket = book.boxOffice.pickTicket(random, { late: random.chance(0.15), used: false });
  if (ticket === undefined) return undefined;
  const expiresInSeconds = random.chance(0.3) ? random.whole(1, 2) : random.whole(3, 20);
  const input = { idempotencyKey: key(clock), token: tokenOf(random, ticket), expiresInSeconds };
  return { caller: bearer(random, ticket), procedure: "seats.extend", input };
};

const release: Make = (random, book, clock) => {
  const ticket = book.boxOffice.pickTicket(random, { late: random.chance(0.15), used: true });
  if (ticket === undefined) return undefined;
  const input = { idempotencyKey: key(clock), token: tokenOf(random, ticket) };
  return { caller: bearer(random, ticket), procedure: "seats.release", input };
};

/** The customer pays with a wallet of theirs; who has none lets the service pay with anybody's. */
const confirm =
  (late: boolean): Make =>
  (random, book, clock) => {
    const ticket = book.boxOffice.pickTicket(random, { late, used: true });
    if (ticket === undefined) return undefined;
    const { show, customerId } = ticket;
    const own = book.wallets.filter(
      ({ tenantId, ownerId }) => tenantId === show.tenantId && ownerId === customerId,
    );
    const strange = random.chance(0.04);
    const wallet = own.length > 0 && !strange ? random.pick(own) : book.pickWallet(random, show.tenantId);
    const caller = own.length > 0 || strange ? bearer(random, ticket) : service(show.tenantId);
    const walletId = random.chance(0.02) ? show.walletId : wallet.id;
    const paying = (ticket.price === 0 && random.chance(0.7)) || random.chance(0.02) ? {} : { walletId };
    const input = { idempotencyKey: key(clock), token: tokenOf(random, ticket), ...paying };
    return { caller, procedure: "seats.confirm", input };
  };

const check: Make = (random, book) => {
  const ticket = book.boxOffice.pickTicket(random, { late: random.chance(0.3), used: false });
  if (ticket === undefined) return undefined;
  return {
    caller: bearer(random, ticket),
    procedure: "seats.check",
    input: { token: tokenOf(random, ticket) },
  };
};

const get: Make = (random, book) => {
  const tenantId = random.pick(book.tenants);
  const show = book.boxOffice.pickShow(random, tenantId);
  if (show === undefined) return undefined;
  // Sometimes another tenant's service: it must learn nothing.
  const caller = random.chance(0.1) ? service(book.otherTenant(tenantId)) : user(tenantId, "user-1");
  return { caller, procedure: "shows.get", input: { showId: show.id } };
};

const list: Make = (random, book) => ({
  caller: user(random.pick(book.tenants), "user-1"),
  procedure: "shows.list",
  input: { limit: 20 },
});

/** Beside wallets at a weight of 100 in all: about a quarter of the calls. */
export const seatMakers: readonly Maker[] = [
  { weight: 1, make: create },
  { weight: 14, make: reserve },
  { weight: 1, make: again },
  { weight: 3, make: extend },
  { weight: 4, make: release },
  { weight: 3, make: confirm(false) },
  { weight: 2, make: confirm(true) },
  { weight: 3, make: check },
  { weight: 2, make: get },
  { weight: 0.5, make: list },
];
