import { errorReply } from "./replies.ts";
import { mallory } from "./scenario.ts";
import type { ShowScenario } from "./show-scenario.ts";
import { say, sendAndRecord, type Tamper, tamper, tellAndRecord } from "./spoil.ts";

const spoilt = tamper<ShowScenario>;

/** Takes back what a change made of the newest version of a show, as if it had never been. */
function takeBack(it: ShowScenario, name: string): void {
  const show = it.show(name);
  const change = it.tables.showChanges.find((one) => one.showId === show.id && one.version === show.version);
  if (change === undefined) return;
  it.remove(change);
  show.version -= 1n;
  const { status, seatIds, reservationId } = change;
  show.held -= status === "held" ? seatIds.length : -seatIds.length;
  for (const id of seatIds) {
    const back =
      status === "held" ? { status: "free", reservationId: null } : { status: "held", reservationId };
    Object.assign(it.seat(name, id), back);
  }
}

/** Takes an entry back, as if the operation had not moved this wallet's credit. */
function takeEntry(it: ShowScenario, key: string, name: string): void {
  const entry = it.entry(key, name);
  it.remove(entry);
  it.wallet(name).balance -= entry.amount;
  it.wallet(name).version -= 1n;
}

/** Gives a reservation other seats, wherever it is told or written. */
function reseat(it: ShowScenario, keys: readonly string[], seats: readonly string[]): void {
  const [first = ""] = keys;
  const row = it.reservation(first);
  for (const key of keys) {
    tellAndRecord(it, key, (data) => Object.assign(data, { seats }));
    for (const change of it.changes(key)) change.seatIds = seats;
  }
  row.seatIds = seats;
}

/** As if a reservation had been made for somebody else in the first place. */
function belongsTo(it: ShowScenario, key: string, subject: string): void {
  for (const sent of it.sent(key)) sent.caller = { ...sent.caller, subject };
  it.operation(key).caller = `user:${subject}`;
  it.reservation(key).customerId = subject;
}

export const tampersOfSeats: readonly Tamper<ShowScenario>[] = [
  spoilt("I1", "a refusal of seats is not recorded", /acknowledged, and not in the database/, (it) => {
    it.remove(it.operation("rivals"));
  }),
  spoilt("I1 I2", "a reservation is acknowledged and lost", /acknowledged, and not in the database/, (it) => {
    it.remove(it.operation("alone"));
    it.remove(it.reservation("alone-longer"));
  }),
  spoilt(
    "I1",
    "a reservation is told without its token",
    /another outcome than was told|without its token/,
    (it) => {
      delete it.told("alone")["token"];
    },
  ),
  spoilt(
    "I1 I5 I7",
    "a token is told that is not the one recorded",
    /another outcome than was told/,
    (it) => {
      it.told("brunch")["token"] = `${it.token("brunch")}x`;
    },
  ),
  spoilt("I2", "a refused call changes seats", /refused, and yet it changed seats/, (it) => {
    const [show, { tenantId, id: reservationId }] = [it.show("lawn"), it.reservation("lunch")];
    show.version += 1n;
    show.held += 1;
    const seat = { tenantId, showId: show.id, status: "held", reservationId };
    it.tables.seats.push({ ...seat, id: "L9" });
    const operationId = it.operation("dinner").id;
    it.tables.showChanges.push({ ...seat, version: show.version, operationId, seatIds: ["L9"] });
  }),
  spoilt("I2", "a reservation that nobody made", /a reservation that nobody made/, (it) => {
    it.tables.reservations.push({ ...it.reservation("alone"), id: "phantom", tokenHash: "none" });
  }),
  spoilt("I2", "a show that nobody created", /a show that nobody created/, (it) => {
    it.tables.shows.push({ ...it.show("lawn"), id: "phantom", held: 0, sold: 0, version: 0n });
  }),
  spoilt("I2", "somebody uses a stolen token", /had to be refused: .*NOT_FOUND/, (it) => {
    for (const sent of it.sent("back")) sent.caller = { ...mallory };
    it.operation("back").caller = "user:mallory";
  }),
  spoilt("I3", "a replay tells another token", /one key was told two outcomes/, (it) => {
    it.told("swap", 1)["token"] = it.token("alone");
    // Which would be a leak, were it somebody else's.
    belongsTo(it, "alone", "ada");
    for (const key of ["alone-longer"]) {
      for (const sent of it.sent(key)) sent.caller = { ...sent.caller, subject: "ada" };
      it.operation(key).caller = "user:ada";
    }
  }),
  spoilt("I5", "seats are refused that nobody has", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "rivals", (details) => Object.assign(details, { conflicts: ["A3"] }));
  }),
  spoilt("I5", "fewer seats are told than there are", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "crowd", (details) => Object.assign(details, { available: 1 }));
  }),
  spoilt(
    "I5",
    "a purchase is refused for want of money that was there",
    /a refusal that was never true/,
    (it) => {
      tellAndRecord(it, "too-poor", (details) => Object.assign(details, { available: "4", shortfall: "16" }));
    },
  ),
  spoilt("I5", "a price is not that of the seats", /the model answers differently/, (it) => {
    tellAndRecord(it, "alone", (data) => Object.assign(data, { price: "5" }));
    tellAndRecord(it, "alone-longer", (data) => Object.assign(data, { price: "5" }));
    it.reservation("alone").price = 5n;
  }),
  spoilt("I5", "a hold lasts longer than was asked", /the model answers differently/, (it) => {
    const expiresAtMs = it.reservation("lunch").expiresAtMs + 1_000;
    const expiresAt = new Date(expiresAtMs).toISOString();
    for (const key of ["lunch", "lunch-over"])
      tellAndRecord(it, key, (data) => Object.assign(data, { expiresAt }));
    it.reservation("lunch").expiresAtMs = expiresAtMs;
  }),
  spoilt("I5", "a version of a show is left out", /versions of a show have a gap/, (it) => {
    for (const change of it.changes("lunch-over")) change.version += 1n;
    it.show("lawn").version += 1n;
    tellAndRecord(it, "lunch-over", (data) =>
      Object.assign(data, { showVersion: `${it.show("lawn").version}` }),
    );
  }),
  spoilt("I5", "a show's version stays behind", /not the sum of its changes/, (it) => {
    it.show("play").version -= 1n;
  }),
  spoilt("I5", "a show counts a seat twice", /not the sum of its changes/, (it) => {
    it.show("play").sold += 1;
  }),
  spoilt("I5", "a show is not as it was created", /not as it was created/, (it) => {
    it.show("lawn").maxHoldSeconds = 200;
  }),
  spoilt("I6", "a purchase pays nobody", /entries are not what it means/, (it) =>
    takeEntry(it, "late-buy", "box"),
  ),
  spoilt("I6", "seats are sold and nothing is paid", /entries are not what it means/, (it) => {
    for (const name of ["box", "till"]) takeEntry(it, "late-buy", name);
  }),
  spoilt("I7", "a seat is given to two", /passed from one to another/, (it) => {
    sendAndRecord(it, "lunch", { seatIds: ["L3", "L6"] });
    reseat(it, ["lunch", "lunch-over"], ["L3", "L6"]);
    it.show("lawn").sold -= 1;
    Object.assign(it.seat("lawn", "L3"), { status: "free", reservationId: null });
  }),
  spoilt("I7", "a released reservation keeps its seats", /changes of seats are not what it means/, (it) => {
    takeBack(it, "lawn");
  }),
  spoilt("I7", "a seat's row says something else", /a seat is not as its changes left it/, (it) => {
    Object.assign(it.seat("play", "A1"), { status: "free", reservationId: null });
  }),
  spoilt("I7", "a sold reservation is open again", /a reservation is not as its operations left it/, (it) => {
    it.reservation("swap").status = "held";
  }),
  spoilt("I7", "a reservation expires before its time", /expired before its time/, (it) => {
    const expiry = it.operation(`holdfast:expire:${it.reservation("brunch").id}`);
    expiry.createdAtMs = it.reservation("brunch").expiresAtMs - 1;
  }),
  spoilt("I7", "a hold that has ended is extended", /had to be refused: .*RESERVATION_EXPIRED/, (it) => {
    it.operation("alone-longer").createdAtMs = it.reservation("alone").expiresAtMs + 200_000;
  }),
  spoilt("I7", "seats are refused for a hold that has ended", /a hold that had ended/, (it) => {
    for (const key of ["dinner", "lunch-over"])
      it.operation(key).createdAtMs = it.reservation("lunch").expiresAtMs + 1;
  }),
  spoilt("I7", "the best seats are not together", /must not be: .*3 together were free/, (it) => {
    reseat(it, ["picnic", "picnic-paid"], ["L1", "L2", "L9"]);
    it.seat("lawn", "L3").id = "L9";
  }),
  spoilt("I7", "seats are chosen that others need", /must not be: .*M1 is not free/, (it) => {
    reseat(it, ["picnic", "picnic-paid"], ["L1", "L2", "M1"]);
    it.seat("lawn", "L3").id = "M1";
  }),
  spoilt("I9", "a show is read as it was before", /a stale read/, (it) => {
    it.told("get")["version"] = "2";
  }),
  spoilt("I9", "a show is read as nobody had asked for yet", /nobody had asked for yet/, (it) => {
    it.told("get")["version"] = "9";
  }),
  spoilt("I9", "a show is read without a seat that is held", /by no time of the clock/, (it) => {
    const { seatIds } = it.reservation("nearest");
    const held = (it.told("get")["heldSeats"] as string[]).filter((id) => !seatIds.includes(id));
    Object.assign(it.told("get"), { heldSeats: held, held: held.length });
  }),
  spoilt("I9", "a show is read with a hold that has ended", /by no time of the clock/, (it) => {
    const { seatIds } = it.reservation("brief");
    Object.assign(it.told("get", 1), { heldSeats: [...seatIds], held: seatIds.length });
  }),
  spoilt("I9", "a show is read with half a reservation", /a part of a reservation/, (it) => {
    const held = (it.told("get")["heldSeats"] as string[]).filter((id) => id !== "A5");
    Object.assign(it.told("get"), { heldSeats: held, held: held.length });
  }),
  spoilt("I9", "a show is read with a seat that nobody bought", /a read of what nobody wrote/, (it) => {
    Object.assign(it.told("get", 1), { soldSeats: ["A1", "A5", "A6"], sold: 3 });
  }),
  spoilt("I9", "a list leaves a show out", /a list without/, (it) => {
    (it.told("list")["shows"] as unknown[]).pop();
  }),
  spoilt("I9", "a show is told as missing", /told as missing/, (it) => {
    it.replied("get").reply = errorReply("NOT_FOUND", 404, { what: "showId" });
  }),
  spoilt("I9", "a reservation is told as missing", /told as missing/, (it) => {
    it.replied("check").reply = errorReply("NOT_FOUND", 404, { what: "token" });
  }),
  spoilt("I9", "a held reservation is read as expired", /a reservation as it was not/, (it) => {
    Object.assign(it.told("check"), { status: "expired", expiresInSeconds: 0 });
  }),
  spoilt(
    "I9",
    "a reservation is read as it was before it was extended",
    /a reservation as it was not/,
    (it) => {
      const { expiresAt } = it.told("swap");
      Object.assign(it.told("check"), { expiresAt, expiresInSeconds: 59 });
    },
  ),
  spoilt("I9", "the later purchase has the lower version", /not the order of time/, (it) => {
    for (const [key, by] of [
      ["buy", 60],
      ["back", -60],
    ] as const) {
      const [sent] = it.sent(key);
      if (sent !== undefined) sent.atMs += by;
      it.replied(key).atMs += by;
    }
  }),
  spoilt("I9", "a later version is earlier by the clock", /not that of the database's clock/, (it) => {
    it.operation("back").createdAtMs = it.operation("buy").createdAtMs - 1;
  }),
  spoilt("I1 I2 I5", "a created show is lost", /on a show that nobody created/, (it) => {
    it.remove(it.operation("create-lawn"));
  }),
  spoilt("I5", "a show's row is lost", /created and is not there/, (it) => {
    it.remove(it.show("lawn"));
  }),
  spoilt("I7", "a reservation's row is lost", /made and is not there/, (it) => {
    it.remove(it.reservation("lunch"));
  }),
  spoilt("I5 I7", "more seats are sold than there are", /more seats than there are/, (it) => {
    it.show("play").capacity = 3;
  }),
  spoilt("I5", "seats are refused of a show that is not there", /never true: .*not there/, (it) => {
    sendAndRecord(it, "dinner", { showId: "nowhere" });
  }),
  spoilt("I9", "a show is read with a hold that never was", /a seat as held that is not/, (it) => {
    Object.assign(it.told("get", 1), { heldSeats: ["A6"], held: 1 });
  }),
  spoilt("I9", "a reservation is read by a token that nobody was told", /nobody wrote: .*token/, (it) => {
    for (const sent of it.sent("check")) sent.input["token"] = `${it.token("swap")}x`;
  }),
  spoilt("I10", "another's reservation is shown", /another's reservation was shown/, (it) => {
    for (const sent of it.sent("check")) sent.caller = { ...mallory };
  }),
  spoilt("I10", "a show tells who holds a seat", /a reply tells another user's id/, (it) => {
    it.told("get")["holder"] = it.reservation("swap").id;
  }),
  spoilt("I10", "a show tells a token", /a reply tells another user's id/, (it) => {
    it.told("get")["token"] = it.token("swap");
  }),
  spoilt("I10", "an error tells a token", /an error tells another user's id/, (it) =>
    say(it, "rivals", it.token("swap")),
  ),
  spoilt("I10", "an error tells whose a seat is", /an error tells another user's id/, (it) => {
    say(it, "rivals", `${it.told("pair")["reservationId"]}`);
  }),
  spoilt("I10", "another tenant's show is told", /another tenant's id/, (it) =>
    say(it, "rivals", it.id("foreign")),
  ),
];
