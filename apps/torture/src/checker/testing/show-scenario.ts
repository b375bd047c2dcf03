import type { Caller, Reply } from "../../history.ts";
import type { EntryRow, ReservationRow, SeatRow, ShowChangeRow, ShowRow, WalletRow } from "../tables.ts";
import { mallory } from "./scenario.ts";
import { Script } from "./script.ts";
import { find, type Row } from "./spoilable-history.ts";
import type { Fields } from "./tiny-store.ts";

const shop: Caller = { tenantId: 1, subject: "shop", role: "service" };
const ada: Caller = { tenantId: 1, subject: "ada", role: "user" };
const bob: Caller = { tenantId: 1, subject: "bob", role: "user" };
const eve: Caller = { tenantId: 1, subject: "eve", role: "user" };
const other: Caller = { tenantId: 2, subject: "shop", role: "service" };

const seats = (id: string, count: number): Fields[] =>
  Array.from({ length: count }, (_, at) => ({ id: `${id}${at + 1}` }));

const PLAY = {
  categories: [
    { id: "gold", price: "10" },
    { id: "blue", price: "4" },
  ],
  sections: [
    {
      id: "stalls",
      rows: [
        { id: "A", category: "gold", seats: seats("A", 6) },
        {
          id: "B",
          category: "blue",
          seats: [{ id: "B1", accessible: true }, ...seats("C", 3), null, { id: "B2" }],
        },
      ],
    },
  ],
};
const LAWN = {
  categories: [{ id: "lawn", price: "0" }],
  sections: [
    {
      id: "lawn",
      rows: [{ id: "L", category: "lawn", seats: [...seats("L", 9), { id: "M1", accessible: true }] }],
    },
  ],
};

/** A short history of three shows with everything that happens to seats, that a test then spoils in one place. */
export class ShowScenario extends Script {
  readonly #ids = new Map<string, string>();

  constructor() {
    super();
    for (const [name, owner] of [
      ["purse", ada],
      ["till", bob],
      ["pauper", ada],
      ["box", eve],
    ] as const) {
      this.#named(name, "walletId", this.write(owner, "wallets.open", `open-${name}`, { currency: "sat" }));
      if (name === "box") continue;
      const amount = name === "pauper" ? "5" : "100";
      this.write(shop, "wallets.credit", `fund-${name}`, { walletId: this.id(name), amount });
    }
    const limits = { holdSeconds: 60, maxHoldSeconds: 100 };
    this.#create(shop, "play", { walletId: this.id("box"), ...limits, ...PLAY });
    this.#create(shop, "lawn", { ...limits, ...LAWN });
    this.#create(other, "foreign", { ...limits, ...LAWN });
    this.#reserve(other, "abroad", "foreign", { seatIds: ["L1"], customerId: "zed" });

    this.#reserve(ada, "pair", "play", { seatIds: ["A2", "A1"] });
    this.#reserve(bob, "rivals", "play", { seatIds: ["A3", "A2"] });
    this.#reserve(bob, "nearest", "play", { seatIds: ["A2"], ifTaken: "nearest" });
    this.#reserve(ada, "more", "play", { seatIds: ["A6"] });
    this.#reserve(ada, "same", "play", { seatIds: ["A1", "A2"] });
    this.#reserve(ada, "swap", "play", { seatIds: ["A1", "A5"], replace: true });
    this.#reserve(ada, "swap", "play", { seatIds: ["A1", "A5"], replace: true });
    this.#use(mallory, "release", "theft", "swap");
    this.#use(ada, "extend", "longer", "swap", { expiresInSeconds: 200 });
    this.#use(ada, "extend", "too-long", "swap", { expiresInSeconds: 300 });
    this.read(ada, "seats.check", { token: this.token("swap") });
    this.read(bob, "shows.get", { showId: this.id("play") });
    this.read(bob, "shows.list", {});
    this.#use(ada, "confirm", "too-poor", "swap", { walletId: this.id("pauper") });
    this.#use(ada, "confirm", "buy", "swap", { walletId: this.id("purse") });
    this.#use(ada, "release", "closed", "swap");
    this.#use(bob, "release", "back", "nearest");

    this.#reserve(bob, "brief", "play", { bestAvailable: { quantity: 2 }, expiresInSeconds: 1 });
    this.pass(2_000);
    this.write(shop, "wallets.credit", "tick", { walletId: this.id("till"), amount: "1" });
    this.read(eve, "shows.get", { showId: this.id("play") });
    this.#reserve(eve, "heir", "play", { seatIds: ["A2", "A4"] });
    this.#use(bob, "confirm", "late", "brief", { walletId: this.id("till") });
    this.#use(eve, "release", "gives-way", "heir");
    this.#use(bob, "confirm", "late-buy", "brief", { walletId: this.id("till") });
    this.#reserve(eve, "crowd", "play", { bestAvailable: { quantity: 9 } });
    this.#reserve(eve, "alone", "play", { seatIds: ["C1"] });
    this.#use(eve, "extend", "alone-longer", "alone", { expiresInSeconds: 90 });

    this.#reserve(eve, "picnic", "lawn", { bestAvailable: { quantity: 3 } });
    this.#use(eve, "confirm", "picnic-paid", "picnic");
    this.#reserve(ada, "brunch", "lawn", { seatIds: ["L4", "L5"], expiresInSeconds: 1 });
    this.pass(2_000);
    this.#reserve(bob, "lunch", "lawn", { seatIds: ["L5", "L6"] });
    this.#reserve(ada, "dinner", "lawn", { seatIds: ["L6", "L7"] });
    this.#use(bob, "release", "lunch-over", "lunch");
  }

  /** Of a wallet or a show. */
  id(name: string): string {
    return this.#ids.get(name) ?? "";
  }

  token(key: string): string {
    return `${this.told(key)["token"]}`;
  }

  wallet(name: string): Row<WalletRow> {
    return find(this.tables.wallets, ({ id }) => id === this.id(name));
  }

  entry(key: string, name: string): Row<EntryRow> {
    const operationId = this.operation(key).id;
    return find(
      this.tables.entries,
      (entry) => entry.operationId === operationId && entry.walletId === this.id(name),
    );
  }

  show(name: string): Row<ShowRow> {
    return find(this.tables.shows, ({ id }) => id === this.id(name));
  }

  reservation(key: string): Row<ReservationRow> {
    const { reservationId } = this.outcome(key);
    return find(this.tables.reservations, ({ id }) => id === reservationId);
  }

  seat(name: string, seatId: string): Row<SeatRow> {
    return find(this.tables.seats, ({ showId, id }) => showId === this.id(name) && id === seatId);
  }

  /** What an operation made of seats. */
  changes(key: string): Row<ShowChangeRow>[] {
    const { id } = this.operation(key);
    return this.tables.showChanges.filter(({ operationId }) => operationId === id);
  }

  #named(name: string, field: string, reply: Reply): void {
    if (reply.kind === "success") this.#ids.set(name, `${reply.data[field]}`);
  }

  #create(caller: Caller, name: string, input: Fields): void {
    const reply = this.write(caller, "shows.create", `create-${name}`, { name: `canary-${name}`, ...input });
    this.#named(name, "showId", reply);
  }

  #reserve(caller: Caller, key: string, show: string, input: Fields): void {
    this.write(caller, "seats.reserve", key, { showId: this.id(show), ...input });
  }

  #use(caller: Caller, kind: string, key: string, reserved: string, input: Fields = {}): void {
    this.write(caller, `seats.${kind}`, key, { token: this.token(reserved), ...input });
  }
}
