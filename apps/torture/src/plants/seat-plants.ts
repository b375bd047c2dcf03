import { edit, type Plant, readsAsEverybody } from "./plant.ts";

// What people get wrong about seats. Postgres refuses many a wrong write by itself, and then callers hear INTERNAL.
export const seatPlants: readonly Plant[] = [
  {
    name: "show-lock-dropped",
    bug: "shows are read without a lock",
    edits: [
      edit("write-path/lock.ts", `for no key update\${wait ? "" : " skip locked"}) as found`, ") as found"),
    ],
  },
  {
    name: "seats-read-before-lock",
    bug: "seats are read first, and the show is locked when that is done",
    edits: [
      edit(
        "shows/rows.ts",
        "const [locked, layouts, ...read] = await Promise.all([\n    lockRows(tx, tenantId, SHOWS, wanted.shows, wait),",
        "const [layouts, ...rest] = await Promise.all([",
      ),
      edit(
        "shows/rows.ts",
        "        ]),\n  ]);\n  for (const row of layouts)",
        "        ]),\n    lockRows(tx, tenantId, SHOWS, wanted.shows, wait),\n  ]);\n  const locked = rest.pop() as LockedTable;\n  const read = rest as Row[][];\n  for (const row of layouts)",
      ),
    ],
  },
  {
    name: "expiry-left-to-nobody",
    bug: "a hold lasts until somebody gives it up: its end is told and not honoured",
    edits: [edit("shows/feature.ts", "due: dueExpiries,", "due: () => [],")],
  },
  {
    name: "expiry-by-process-clock",
    bug: "holds end by the clock of whichever server looks, half a second slow or fast",
    edits: [
      edit(
        "shows/decide-held.ts",
        'status === "held" && expiresAtMs <= nowMs)',
        'status === "held" && nowMs > 0 && expiresAtMs <= Date.now() + (process.pid % 2 === 0 ? 500 : -500))',
      ),
    ],
  },
  {
    name: "late-buyer-takes-seats",
    bug: "who confirms after the hold's end gets the seats whoever has them by now",
    edits: [
      edit("shows/decide-confirm.ts", "    if (taken.length > 0) return expired(reservation, taken);\n", ""),
    ],
  },
  {
    name: "paid-and-not-sold",
    bug: "who confirms after the hold's end pays, and the seats are only held again",
    edits: [
      edit(
        "shows/decide-confirm.ts",
        '  changes.push({ type: "sell", reservationId: reservation.id });',
        '  if (changes.length === 0) changes.push({ type: "sell", reservationId: reservation.id });',
      ),
    ],
  },
  {
    name: "sold-for-nothing",
    bug: "now and then seats are sold and nobody pays",
    edits: [
      edit(
        "shows/decide-confirm.ts",
        "if (price === 0n) return { wallet: {}, changes: [] };",
        "if (price % 50n === 0n) return { wallet: {}, changes: [] };",
      ),
    ],
  },
  {
    name: "token-tag-not-checked",
    bug: "a token's ids are believed without its tag",
    edits: [edit("shows/guards.ts", " || reservation.tokenHash !== token.tokenHash)", ")")],
  },
  {
    name: "stolen-token-accepted",
    bug: "whoever has the token reads the reservation",
    edits: [
      edit(
        "shows/queries.ts",
        "and ($4::text is null or customer_id = $4::text)",
        "and ($4::text is null or $4 <> '')",
      ),
      readsAsEverybody,
    ],
  },
  {
    name: "expired-hold-extended",
    bug: "a hold that has ended can be extended",
    edits: [
      edit(
        "shows/decide-held.ts",
        "  if (refusal !== undefined) return refusal;\n  const { expiresAtMs: before",
        '  if (refusal !== undefined && reservation.status !== "expired") return refusal;\n  const { expiresAtMs: before',
      ),
    ],
  },
  {
    name: "refused-exchange-frees",
    bug: "a reservation is given up for another one before it is known whether there is another",
    edits: [
      edit(
        "shows/decide-reserve.ts",
        '  if ("ok" in chosen) return chosen;',
        '  if ("ok" in chosen && active !== undefined) rows.apply({ type: "free", reservationId: active.id, as: "released" }, context.operationId);\n  if ("ok" in chosen) return chosen;',
      ),
    ],
  },
  {
    name: "exchange-holds-for-ever",
    bug: "whoever exchanges some of the seats holds the others anew, beyond the longest hold",
    edits: [
      edit(
        "shows/decide-reserve.ts",
        "const heldSinceMs = heldSince(active, places) ?? context.nowMs;",
        "const heldSinceMs = context.nowMs;",
      ),
    ],
  },
  {
    name: "show-version-not-advanced",
    bug: "the show's version stays behind when seats become free",
    edits: [
      edit("shows/write-rows.ts", "    sum.steps += 1n;", '    if (status !== "free") sum.steps += 1n;'),
    ],
  },
  {
    name: "sold-seats-offered",
    bug: "whoever has no reservation is offered sold seats as free",
    edits: [
      edit(
        "shows/show.ts",
        "return butBy === undefined || seat.reservationId !== butBy;",
        "return seat.reservationId !== butBy;",
      ),
    ],
  },
  {
    name: "batch-forgets-seats",
    bug: "seats that an earlier command of the batch took are not seen to be taken",
    edits: [
      edit(
        "shows/show.ts",
        "      seats.set(seatId, { status, reservationId: status",
        '      if (status !== "held") seats.set(seatId, { status, reservationId: status',
      ),
    ],
  },
  {
    name: "token-differs-by-process",
    bug: "a token is made with something that only this process knows",
    edits: [edit("shows/token.ts", "derive(`reservation ", "derive(process.pid + `reservation ")],
  },
  {
    name: "expired-seats-shown",
    bug: "seats are shown as held until somebody writes down that they are not",
    edits: [
      edit(
        "shows/queries.ts",
        "filter (where expires_at <= statement_timestamp()), 0)::int as expired",
        "filter (where false), 0)::int as expired",
      ),
      edit("shows/queries.ts", " filter (where expires_at > statement_timestamp()) as seats", " as seats"),
    ],
  },
  {
    name: "seats-for-some-given-to-all",
    bug: "seats that are kept for people who need them are given to anybody",
    edits: [
      edit("shows/runs.ts", "if (blocked === true || accessible === true ||", "if (blocked === true ||"),
    ],
  },
];
