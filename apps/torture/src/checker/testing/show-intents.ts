import type { Caller } from "../../history.ts";
import type { Random } from "../../random.ts";
import type { Intent } from "./intent.ts";
import type { Fields } from "./tiny-store.ts";

interface KnownShow {
  readonly id: string;
  readonly tenantId: number;
  sold: number;
}

interface Ticket {
  readonly token: string;
  readonly showId: string;
  readonly tenantId: number;
  readonly customerId: string;
  readonly seats: readonly string[];
}

const CUSTOMERS = ["ada", "bob", "eve", "guest"];
const KINDS = [
  ...["reserve", "reserve", "reserve", "again", "extend", "extend", "release"],
  ...["confirm", "confirm", "check", "get", "list"],
] as const;

/** A row of seats: `.` one, `a` for people who need it, `x` not for sale, a space a gap. */
const row = (id: string, category: string, seats: string): Fields => ({
  id,
  category,
  seats: [...seats].map((mark, at) => {
    if (mark === " ") return null;
    return {
      id: `${id}${at}`,
      ...(mark === "a" ? { accessible: true } : {}),
      ...(mark === "x" ? { blocked: true } : {}),
    };
  }),
});

/** Two sections, three prices, one of them nothing; small, so that people meet. */
const HOUSE = {
  categories: [
    { id: "gold", price: "9" },
    { id: "free", price: "0" },
    { id: "dear", price: "2000" },
  ],
  sections: [
    { id: "stalls", rows: [row("A", "gold", ".... a."), row("B", "free", "..x...")] },
    { id: "circle", rows: [row("C", "gold", "....."), row("D", "dear", "..")] },
  ],
} as const;

/** What clients come up with about seats. */
export class ShowIntents {
  readonly #random: Random;
  readonly #shows: KnownShow[] = [];
  readonly #tickets: Ticket[] = [];
  #asked = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Undefined when there is nothing yet that it could be about. */
  next(
    tenantId: number,
    idempotencyKey: string,
    wallets: readonly { id: string; ownerId: string }[],
  ): Intent | undefined {
    const random = this.#random;
    const service: Caller = { tenantId, subject: "shop", role: "service" };
    const open = this.#shows.filter((show) => show.tenantId === tenantId && show.sold < 12);
    if (open.length === 0 && this.#asked++ % 10 === 0) {
      const walletId = random.pick(wallets).id;
      const limits = random.chance(0.5)
        ? { holdSeconds: 1, maxHoldSeconds: 2 }
        : { holdSeconds: 2, maxHoldSeconds: 3 };
      const caller: Caller = random.chance(0.1) ? { ...service, subject: "ada", role: "user" } : service;
      const input = { idempotencyKey, name: "canary-3", walletId, ...limits, ...HOUSE };
      return { caller, procedure: "shows.create", input };
    }
    const [show, kind] = [open[0], random.pick(KINDS)];
    const tickets = this.#tickets.filter((one) => one.tenantId === tenantId);
    if (show === undefined) return undefined;
    if (kind === "list" || kind === "get") {
      const caller: Caller = { ...service, tenantId: random.chance(0.9) ? tenantId : 3 - tenantId };
      const input = kind === "get" ? { showId: show.id } : { limit: random.whole(1, 3) };
      return { caller, procedure: `shows.${kind}`, input };
    }
    if (kind === "reserve") return this.#reserve(show, idempotencyKey);
    if (tickets.length === 0) return undefined;
    const ticket = random.pick(tickets.slice(-6));
    const { customerId, showId, seats } = ticket;
    const caller: Caller = { tenantId, subject: random.chance(0.05) ? "mallory" : customerId, role: "user" };
    if (kind === "again")
      return {
        caller,
        procedure: "seats.reserve",
        input: { idempotencyKey, showId, seatIds: seats.toReversed() },
      };
    const token = random.chance(0.05) ? forged(ticket.token) : ticket.token;
    if (kind === "check") return { caller, procedure: "seats.check", input: { token } };
    const more =
      kind === "extend"
        ? { expiresInSeconds: random.whole(1, 4) }
        : kind === "confirm" && random.chance(0.95)
          ? { walletId: (wallets.find(({ ownerId }) => ownerId === customerId) ?? random.pick(wallets)).id }
          : {};
    return {
      caller: random.chance(0.2) ? service : caller,
      procedure: `seats.${kind}`,
      input: { idempotencyKey, token, ...more },
    };
  }

  learn({ caller, procedure, input }: Intent, data: Fields): void {
    const { tenantId, subject } = caller;
    const showId = `${data["showId"]}`;
    const seats = data["seats"] as string[];
    if (procedure === "shows.create") this.#shows.push({ id: showId, tenantId, sold: 0 });
    const show = this.#shows.find(({ id }) => id === showId);
    if (procedure === "seats.confirm" && show !== undefined) show.sold += seats.length;
    if (procedure !== "seats.reserve") return;
    const customerId = `${input["customerId"] ?? subject}`;
    this.#tickets.push({ token: `${data["token"]}`, showId, tenantId, customerId, seats });
  }

  #reserve({ id: showId, tenantId }: KnownShow, idempotencyKey: string): Intent {
    const random = this.#random;
    const rows = ["A0 A1 A2 A3", "B0 B1 B2 B3", "C0 C1 C2 C3", "A5 A6", "D0 D1"];
    const named = random.pick(rows).split(" ").slice(random.whole(0, 1), random.whole(2, 4));
    const best = {
      quantity: random.whole(1, 4),
      ...(random.chance(0.3) ? { section: "stalls" } : {}),
      ...(random.chance(0.3) ? { category: "gold" } : {}),
    };
    const ifTaken = random.chance(0.4) ? { ifTaken: "nearest" } : {};
    const customerId = random.pick(CUSTOMERS);
    const byService = random.chance(0.3);
    const subject = byService ? "shop" : random.chance(0.03) ? "mallory" : customerId;
    return {
      caller: { tenantId, subject, role: byService ? "service" : "user" },
      procedure: "seats.reserve",
      input: {
        idempotencyKey,
        showId,
        ...(random.chance(0.6) ? { seatIds: named, ...ifTaken } : { bestAvailable: best }),
        ...(random.chance(0.6) ? { expiresInSeconds: random.whole(1, 2) } : {}),
        ...(random.chance(0.4) ? { replace: true } : {}),
        ...(byService || subject === "mallory" ? { customerId } : {}),
      },
    };
  }
}

/** The right ids and a wrong tag. */
function forged(token: string): string {
  const at = token.length - 20;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}
