import { describe, expect, test } from "vitest";
import { MAX_BALANCE } from "../fields.ts";
import type { Principal } from "../principal.ts";
import { ada, bob, shop } from "../testing/factories.ts";
import { type Asked, accepts, at, MADE, refuses, tokenOf } from "../testing/show-cases.ts";
import { house } from "../testing/shows.ts";
import type { ShowCommand } from "./decide.ts";
import { dueExpiries } from "./decide-held.ts";
import { type Held, ShowRows } from "./show.ts";

const user = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });
const [cara, dan, eve, fay] = [user("cara"), user("dan"), user("eve"), user("fay")];

type Reserve = Extract<Asked, { kind: "seats.reserve" }>;
const reserve = (more: Omit<Reserve, "kind" | "showId">, showId = "play"): Asked => {
  return { kind: "seats.reserve", showId, ...more };
};
const refusedSeats = (...conflicts: string[]) => ["SEATS_TAKEN", { conflicts }] as const;
const badRequest = (path: string, message: string) =>
  ["BAD_REQUEST", { issues: [{ path, message }] }] as const;
const missing = (what: string) => ["NOT_FOUND", { what }] as const;
const active = (of: "ada's" | "bob's") =>
  [
    "RESERVATION_ACTIVE",
    {
      reservationId: of,
      ...(of === "ada's"
        ? { seats: ["A1", "A2"], expiresAt: at(200) }
        : { seats: ["A4"], expiresAt: at(10) }),
    },
  ] as const;

describe("reserve", () => {
  accepts(
    "takes seats by name, in the order of the house, for as long as the show says",
    reserve({ seatIds: ["B5", "A3"] }),
    {
      by: dan,
      answer: {
        ...{ reservationId: MADE, showId: "play", seats: ["A3", "B5"], price: "100", status: "held" },
        ...{ expiresAt: at(300), expiresInSeconds: 300, showVersion: "10", adjacent: false },
      },
      state: {
        play: "version 10",
        "play A3": `held, ${MADE}`,
        "play B5": `held, ${MADE}`,
        [MADE]: `held until ${at(300)}, active`,
      },
      history: [`10 held A3 B5 of ${MADE}`],
    },
  );
  accepts("takes what has no price", reserve({ seatIds: ["A2", "A3"] }, "reading"), {
    answer: { price: "0", adjacent: true, showVersion: "2" },
    state: {
      reading: "version 2",
      "reading A2": `held, ${MADE}`,
      "reading A3": `held, ${MADE}`,
      [MADE]: `held until ${at(300)}, active`,
    },
    history: [`2 held A2 A3 of ${MADE}`],
  });
  accepts("lasts as long as was asked for", reserve({ seatIds: ["C1"], expiresInSeconds: 7 }), {
    by: dan,
    answer: { price: "20", expiresAt: at(7), expiresInSeconds: 7 },
    state: { play: "version 10", "play C1": `held, ${MADE}`, [MADE]: `held until ${at(7)}, active` },
    history: [`10 held C1 of ${MADE}`],
  });
  accepts("lasts no longer than the show allows", reserve({ seatIds: ["C1"], expiresInSeconds: 5_000 }), {
    by: dan,
    answer: { expiresAt: at(1_200), expiresInSeconds: 1_200 },
    state: { play: "version 10", "play C1": `held, ${MADE}`, [MADE]: `held until ${at(1_200)}, active` },
    history: [`10 held C1 of ${MADE}`],
  });
  accepts("may take a seat for people who need it, when it is named", reserve({ seatIds: ["B4"] }), {
    by: dan,
    answer: { seats: ["B4"] },
    state: { play: "version 10", "play B4": `held, ${MADE}`, [MADE]: `held until ${at(300)}, active` },
    history: [`10 held B4 of ${MADE}`],
  });
  accepts("a service reserves for anybody", reserve({ seatIds: ["C2"], customerId: "gus" }), {
    by: shop,
    answer: { seats: ["C2"] },
    state: { play: "version 10", "play C2": `held, ${MADE}`, [MADE]: `held until ${at(300)}, active` },
    history: [`10 held C2 of ${MADE}`],
  });
  accepts("finds the best seats", reserve({ bestAvailable: { quantity: 2, section: "circle" } }), {
    by: dan,
    answer: { seats: ["C1", "C2"], price: "40", adjacent: true },
    state: {
      play: "version 10",
      "play C1": `held, ${MADE}`,
      "play C2": `held, ${MADE}`,
      [MADE]: `held until ${at(300)}, active`,
    },
    history: [`10 held C1 C2 of ${MADE}`],
  });
  accepts(
    "takes the nearest instead of a taken one, and says which was taken",
    reserve({ seatIds: ["A4"], ifTaken: "nearest" }),
    {
      by: dan,
      answer: { seats: ["A3"], insteadOf: ["A4"] },
      state: { play: "version 10", "play A3": `held, ${MADE}`, [MADE]: `held until ${at(300)}, active` },
      history: [`10 held A3 of ${MADE}`],
    },
  );

  const kept = {
    answer: {
      reservationId: "ada's",
      expiresAt: at(200),
      expiresInSeconds: 200,
      showVersion: "9",
      alreadyHeld: true,
    },
  };
  accepts(
    "of the very seats that one holds changes nothing, and makes the hold no longer",
    reserve({ seatIds: ["A2", "A1"], expiresInSeconds: 900 }),
    kept,
  );
  accepts("of the very seats is no exchange either", reserve({ seatIds: ["A1", "A2"], replace: true }), kept);
  accepts(
    "exchanges a reservation; a seat that is kept goes on being held since then",
    reserve({ seatIds: ["A2", "A3"], replace: true, expiresInSeconds: 5_000 }),
    {
      answer: { seats: ["A2", "A3"], replaced: "ada's", showVersion: "11", expiresAt: at(1_100) },
      state: {
        play: "version 11",
        "play A1": undefined,
        "play A2": `held, ${MADE}`,
        "play A3": `held, ${MADE}`,
        "ada's": `released until ${at(200)}`,
        [MADE]: `held until ${at(1_100)}, active`,
      },
      history: ["10 free A1 A2 of ada's", `11 held A2 A3 of ${MADE}`],
    },
  );
  accepts(
    "exchanges it for others, which begin anew",
    reserve({ seatIds: ["C1"], replace: true, expiresInSeconds: 5_000 }),
    {
      answer: { replaced: "ada's", showVersion: "11", expiresAt: at(1_200) },
      state: {
        play: "version 11",
        "play A1": undefined,
        "play A2": undefined,
        "play C1": `held, ${MADE}`,
        "ada's": `released until ${at(200)}`,
        [MADE]: `held until ${at(1_200)}, active`,
      },
      history: ["10 free A1 A2 of ada's", `11 held C1 of ${MADE}`],
    },
  );
  accepts(
    "may exchange for the best there are, its own among them",
    reserve({ bestAvailable: { quantity: 3, category: "gold" }, replace: true }),
    {
      answer: { seats: ["A1", "A2", "A3"], adjacent: true },
      state: {
        play: "version 11",
        "play A1": `held, ${MADE}`,
        "play A2": `held, ${MADE}`,
        "play A3": `held, ${MADE}`,
        "ada's": `released until ${at(200)}`,
        [MADE]: `held until ${at(300)}, active`,
      },
      history: ["10 free A1 A2 of ada's", `11 held A1 A2 A3 of ${MADE}`],
    },
  );

  refuses("a show that is not there", reserve({ seatIds: ["A1"] }, "nowhere"), missing("showId"));
  refuses("a user who reserves for another", reserve({ seatIds: ["C1"], customerId: "bob" }), [
    "FORBIDDEN",
    { needs: "service" },
  ]);
  refuses("seats that are no seats of the show", reserve({ seatIds: ["A1", "Q1", "A9"] }), [
    "BAD_REQUEST",
    { issues: ["seatIds.1", "seatIds.2"].map((path) => ({ path, message: "is no seat of this show" })) },
  ]);
  refuses(
    "a section that is none",
    reserve({ bestAvailable: { quantity: 1, section: "roof" } }),
    badRequest("bestAvailable.section", "is no section of this show"),
  );
  refuses(
    "a category that is none",
    reserve({ bestAvailable: { quantity: 1, category: "tin" } }),
    badRequest("bestAvailable.category", "is no category of this show"),
  );
  refuses(
    "what is held, sold or blocked, and names it all",
    reserve({ seatIds: ["C1", "B3", "B1", "A4", "A1"] }),
    refusedSeats("A1", "A4", "B1", "B3"),
    { by: dan },
  );
  refuses(
    "the nearest, when there are too few of its category",
    // Gold are free: A3, A5, B2 and B5, and B4, which is not for everybody.
    reserve({ seatIds: ["A1", "A3", "A5", "B2", "B5"], ifTaken: "nearest" }),
    refusedSeats("A1"),
    { by: dan },
  );
  refuses(
    "another seat than the one for people who need it",
    reserve({ seatIds: ["A4", "B4"], ifTaken: "nearest" }),
    refusedSeats("A4"),
    { by: dan },
  );
  refuses(
    "more than there are",
    reserve({ bestAvailable: { quantity: 3, section: "circle" } }),
    ["NOT_ENOUGH_SEATS", { available: 2, requested: 3 }],
    { by: dan },
  );
  refuses("a second reservation beside the first", reserve({ seatIds: ["C1"] }), active("ada's"));
  refuses("a second one that contains the first", reserve({ seatIds: ["A1", "A2", "A3"] }), active("ada's"));
  refuses(
    "an exchange for what another has, and keeps the first",
    reserve({ seatIds: ["A2", "A4"], replace: true }),
    refusedSeats("A4"),
  );
});

const extend = (of: string, expiresInSeconds: number, hash?: string): Asked => {
  return { kind: "seats.extend", token: tokenOf(of, hash), expiresInSeconds };
};
const release = (of: string, hash?: string): Asked => ({ kind: "seats.release", token: tokenOf(of, hash) });
const confirm = (of: string, walletId?: string, hash?: string): Asked => {
  return { kind: "seats.confirm", token: tokenOf(of, hash), ...(walletId === undefined ? {} : { walletId }) };
};
const expired = (...taken: string[]) => ["RESERVATION_EXPIRED", { expiredAt: at(-100), taken }] as const;
const closed = (status: string) => ["RESERVATION_CLOSED", { status }] as const;

describe("extend", () => {
  accepts("makes a hold longer", extend("ada's", 400), {
    answer: {
      reservationId: "ada's",
      expiresAt: at(400),
      expiresInSeconds: 400,
      showVersion: "9",
      status: "held",
    },
    state: { "ada's": `held until ${at(400)}, active` },
  });
  accepts("never makes it shorter", extend("ada's", 20), {
    answer: { expiresAt: at(200), expiresInSeconds: 200 },
  });
  accepts("gives what is left when not all can be given", extend("ada's", 1_101), {
    answer: { expiresAt: at(1_100), expiresInSeconds: 1_100 },
    state: { "ada's": `held until ${at(1_100)}, active` },
  });
  accepts("by a service", extend("bob's", 10), { by: shop, answer: { expiresAt: at(10) } });
  refuses(
    "more than the show's longest hold",
    extend("bob's", 11),
    ["EXTENSION_LIMIT", { expiresAt: at(10) }],
    { by: bob },
  );
  refuses("a token with another tag", extend("ada's", 60, "another"), missing("token"));
  refuses("another's token", extend("ada's", 60), missing("token"), { by: bob });
  refuses("what was bought", extend("cara's", 60), closed("confirmed"), { by: cara });
  refuses("what was released", extend("fay's", 60), closed("released"), { by: fay });
  refuses("what has expired, though its seats are free", extend("dan's", 60), expired(), { by: dan });
});

describe("release", () => {
  accepts("frees the seats at once", release("ada's"), {
    answer: {
      reservationId: "ada's",
      seats: ["A1", "A2"],
      status: "released",
      expiresAt: at(200),
      showVersion: "10",
    },
    state: {
      play: "version 10",
      "play A1": undefined,
      "play A2": undefined,
      "ada's": `released until ${at(200)}`,
    },
    history: ["10 free A1 A2 of ada's"],
  });
  refuses("a token with another tag", release("ada's", "another"), missing("token"), { by: shop });
  refuses("another's token", release("bob's"), missing("token"));
  refuses("a token of nothing", release("nobody's"), missing("token"), { by: shop });
  refuses("twice", release("fay's"), closed("released"), { by: fay });
  refuses("what was bought", release("cara's"), closed("confirmed"), { by: cara });
  refuses("what has expired", release("eve's"), expired(), { by: eve });
});

describe("confirm", () => {
  const sold = {
    state: {
      play: "version 10",
      "play A1": "sold, ada's",
      "play A2": "sold, ada's",
      "ada's": `confirmed until ${at(200)}`,
    },
    history: ["10 sold A1 A2 of ada's"],
  };
  accepts("pays the organiser and sells the seats", confirm("ada's", "purse"), {
    ...sold,
    answer: {
      ...{ reservationId: "ada's", price: "100", status: "confirmed", showVersion: "10", walletId: "purse" },
      ...{ balance: "0", held: "0", available: "0", version: "4" },
    },
    paid: { purse: -100n, till: 100n },
  });
  accepts("by a service, with anybody's wallet", confirm("ada's", "dan's purse"), {
    ...sold,
    by: shop,
    answer: { walletId: "dan's purse", balance: "0" },
    paid: { "dan's purse": -100n, till: 100n },
  });
  for (const walletId of [undefined, "purse", "nowhere"]) {
    accepts(
      `pays nothing for what costs nothing, from ${walletId ?? "no wallet"}`,
      confirm("bob's reading", walletId),
      {
        by: bob,
        answer: { price: "0", showVersion: "2", status: "confirmed" },
        state: {
          reading: "version 2",
          "reading A1": "sold, bob's reading",
          "bob's reading": `confirmed until ${at(200)}`,
        },
        history: ["2 sold A1 of bob's reading"],
      },
    );
  }
  accepts("comes late, and takes its free seats again", confirm("dan's", "dan's purse"), {
    by: dan,
    answer: { status: "confirmed", expiresAt: at(-100), showVersion: "11", balance: "50" },
    state: { play: "version 11", "play B2": "sold, dan's", "dan's": `confirmed until ${at(-100)}` },
    history: ["10 held B2 of dan's", "11 sold B2 of dan's"],
    paid: { "dan's purse": -50n, till: 50n },
  });
  refuses("who comes late, when a seat is taken", confirm("eve's", "purse"), expired("A4"), { by: eve });
  refuses("who is one short", confirm("ada's", "poor"), [
    "INSUFFICIENT_FUNDS",
    { available: "99", required: "100", shortfall: "1" },
  ]);
  refuses("to spend what is held", confirm("ada's", "held"), [
    "INSUFFICIENT_FUNDS",
    { available: "99", required: "100", shortfall: "1" },
  ]);
  refuses("another currency", confirm("ada's", "dollars"), [
    "CURRENCY_MISMATCH",
    { from: "usd_cent", to: "sat" },
  ]);
  refuses("another's wallet", confirm("ada's", "dan's purse"), missing("walletId"));
  refuses("a wallet that is not there", confirm("ada's", "nowhere"), missing("walletId"));
  refuses("no wallet", confirm("ada's"), badRequest("walletId", "is needed: the seats cost 100"));
  refuses("the organiser's own wallet", confirm("ada's", "till"), ["SAME_WALLET", {}], { by: shop });
  refuses(
    "more than the organiser's wallet can hold",
    confirm("ada's", "purse"),
    ["BALANCE_LIMIT", { limit: `${MAX_BALANCE}` }],
    { full: true },
  );
  refuses("twice", confirm("cara's", "purse"), closed("confirmed"), { by: cara });
  refuses("what was released", confirm("fay's", "purse"), closed("released"), { by: fay });
  refuses("a token with another tag", confirm("ada's", "purse", "another"), missing("token"));
  refuses("another's token", confirm("ada's", "purse"), missing("token"), { by: bob });
});

describe("expire", () => {
  accepts(
    "frees the seats",
    { kind: "seats.expire", reservationId: "bob's" },
    {
      by: shop,
      after: 10,
      answer: { reservationId: "bob's", status: "expired", showVersion: "10" },
      state: { play: "version 10", "play A4": undefined, "bob's": `expired until ${at(10)}` },
      history: ["10 free A4 of bob's"],
    },
  );
  for (const of of ["dan's", "cara's", "fay's", "nobody's"])
    refuses(
      `what holds no seats: ${of}`,
      { kind: "seats.expire", reservationId: of },
      missing("reservationId"),
      { by: shop },
    );

  test("is due from the very millisecond on, once for what is still held", () => {
    const rows = new ShowRows();
    const held: Held = {
      ...{ id: "one", showId: "play", customerId: "ada", seatIds: ["A1"], price: 0n, status: "held" },
      ...{ heldSinceMs: 0, expiresAtMs: 1_000, tokenHash: "" },
    };
    for (const [id, status] of [
      ["one", "held"],
      ["two", "confirmed"],
      ["three", "released"],
      ["four", "expired"],
    ] as const)
      rows.readReservation({ ...held, id, status });
    rows.readReservation({ ...held, id: "later", customerId: "bob", expiresAtMs: 1_001 });
    const due = (nowMs: number) => dueExpiries(rows, nowMs).map(({ reservationId }) => reservationId);
    expect([due(999), due(1_000), due(1_001)]).toEqual([[], ["one"], ["one", "later"]]);
  });
});

describe("create", () => {
  type Create = Omit<Extract<ShowCommand, { kind: "shows.create" }>, "kind" | "idempotencyKey">;
  const create = (more: Partial<Create> = {}): Asked => ({
    kind: "shows.create",
    name: "Hamlet",
    walletId: "till",
    categories: [{ id: "gold", price: 50n }],
    sections: [{ id: "stalls", rows: house([".x. a"]) }],
    ...more,
  });
  const made = { state: { [MADE]: "version 0" } };
  accepts("counts what there is and what is for sale, and fills the defaults in", create(), {
    ...made,
    by: shop,
    answer: {
      ...{ showId: MADE, seats: 4, capacity: 3, holdSeconds: 300, maxHoldSeconds: 1_200, showVersion: "0" },
      // As `sha256sum` says of the layout's JSON.
      layoutHash: "658f7574910e612fb35b69bec470e382c5a1e35cd92f150f4fd1bc785b2d1cd6",
    },
  });
  accepts("takes the longest hold for no shorter than the usual one", create({ holdSeconds: 2_000 }), {
    ...made,
    by: shop,
    answer: { holdSeconds: 2_000, maxHoldSeconds: 2_000 },
  });
  accepts(
    "needs no wallet when all is free",
    create({ walletId: undefined, categories: [{ id: "gold", price: 0n }] }),
    {
      ...made,
      by: shop,
      answer: { seats: 4 },
    },
  );
  refuses("a user", create(), ["FORBIDDEN", { needs: "service" }], { by: ada });
  refuses("a wallet that is not there", create({ walletId: "nowhere" }), missing("walletId"), { by: shop });
  refuses(
    "prices and nobody to be paid",
    create({ walletId: undefined }),
    badRequest("walletId", "is needed: somebody must be paid"),
    { by: shop },
  );
  refuses(
    "a longest hold that is shorter than the usual one",
    create({ holdSeconds: 20, maxHoldSeconds: 19 }),
    badRequest("maxHoldSeconds", "must not be less than holdSeconds"),
    { by: shop },
  );
  refuses(
    "one name for two",
    create({
      categories: [
        { id: "gold", price: 1n },
        { id: "gold", price: 2n },
      ],
      sections: [
        {
          id: "stalls",
          rows: [{ id: "A", seats: [{ id: "1" }, { id: "1" }, { id: "2", category: "tin" }] }],
        },
        { id: "stalls", rows: [{ id: "A", seats: [null] }] },
      ],
    }),
    [
      "BAD_REQUEST",
      {
        issues: [
          { path: "categories.1.id", message: "occurs twice" },
          { path: "sections.0.rows.0.seats.1.id", message: "is another seat of this show" },
          { path: "sections.0.rows.0.seats.2.category", message: "is not one of the categories" },
          { path: "sections.1.id", message: "occurs twice" },
        ],
      },
    ],
    { by: shop },
  );
  refuses(
    "a house without a seat",
    create({ sections: [{ id: "stalls", rows: house(["  "]) }] }),
    badRequest("sections", "must have a seat"),
    { by: shop },
  );
  refuses(
    "too large a house",
    create({
      sections: [
        {
          id: "stalls",
          rows: Array.from({ length: 21 }, (_, row) => ({
            id: `${row}`,
            seats: Array.from({ length: 1_000 }, (_, x) => ({ id: `${row}-${x}` })),
          })),
        },
      ],
    }),
    badRequest("sections", "must have 20000 seats at most"),
    { by: shop },
  );
});
