import type {
  Confirmed,
  Extended,
  Layout,
  ReservationChanged,
  ReservationView,
  Reserved,
  ShowCreated,
  ShowSummary,
  ShowView,
} from "@holdfast/db";
import { z } from "zod";
import {
  amount,
  answerOf,
  balance,
  count,
  id,
  instant,
  next,
  operationId,
  replayed,
  type Told,
  version,
} from "../rest/fields.ts";

/** What calls on shows and seats answer: the types of @holdfast/db as schemas. */

const seconds = count.meta({ example: 300 });
const showVersion = version.describe("Of the show, after the change.");
const seatId = z.string().meta({ example: "A1" });

export const showCreated = answerOf<Told<ShowCreated>>()(
  z.strictObject({
    operationId,
    showId: id,
    seats: count.meta({ description: "How many seats it has, blocked ones included.", example: 2 }),
    capacity: count.meta({ description: "How many are for sale.", example: 2 }),
    holdSeconds: seconds,
    maxHoldSeconds: count.meta({ example: 1200 }),
    layoutHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({
        description: "SHA-256 of the layout as it is stored: JSON with every default filled in.",
        example: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
      }),
    showVersion,
    replayed,
  }),
).meta({ id: "ShowCreated" });

const reservation = {
  reservationId: id,
  showId: id,
  seats: z.array(seatId).describe("From the best row on and from left to right."),
  price: amount.meta({ description: "Of all seats together, in the organiser's currency.", example: "5000" }),
  status: z.enum(["held", "confirmed", "released", "expired"]),
  expiresAt: instant,
};
const changed = { ...reservation, operationId, showVersion };
const extended = { ...changed, expiresInSeconds: seconds.describe("From the moment of the decision.") };
const reserved = {
  ...extended,
  token: z
    .string()
    .describe("Needed to extend, release or confirm. A secret; repeat the call to be told it again."),
  organiserWalletId: id.describe("Whom a confirm pays.").exactOptional(),
  adjacent: z
    .boolean()
    .meta({ description: "Whether all seats are side by side in one row.", example: true }),
  insteadOf: z
    .array(seatId)
    .describe("The seats that were asked for and are taken, when the nearest ones are held instead.")
    .exactOptional(),
  replaced: id.describe("The reservation that was given up for this one.").exactOptional(),
  alreadyHeld: z
    .literal(true)
    .describe("When the caller held these very seats before; nothing was changed.")
    .exactOptional(),
};
const confirmed = {
  ...changed,
  walletId: id.describe("Who paid; this and what follows are there when something was paid.").exactOptional(),
  balance: balance.exactOptional(),
  held: amount.meta({ example: "0" }).exactOptional(),
  available: balance.exactOptional(),
  version: version.exactOptional(),
};

export const reservedAnswer = answerOf<Told<Reserved>>()(z.strictObject({ ...reserved, replayed })).meta({
  id: "Reserved",
});
export const extendedAnswer = answerOf<Told<Extended>>()(z.strictObject({ ...extended, replayed })).meta({
  id: "ReservationExtended",
});
export const changedAnswer = answerOf<Told<ReservationChanged>>()(
  z.strictObject({ ...changed, replayed }),
).meta({ id: "ReservationChanged" });
export const confirmedAnswer = answerOf<Told<Confirmed>>()(z.strictObject({ ...confirmed, replayed })).meta({
  id: "ReservationConfirmed",
});

export const reservationView = answerOf<ReservationView>()(
  z.strictObject({ ...reservation, expiresInSeconds: seconds.describe("0 when it holds no seats.") }),
).meta({ id: "Reservation" });

const summary = {
  showId: id,
  name: z.string().meta({ example: "Hamlet, Friday" }),
  startsAt: instant.nullable().describe("Null when the organiser named no time."),
  capacity: count.meta({ description: "How many seats are for sale.", example: 2 }),
  held: count.meta({ description: "How many of them are held.", example: 0 }),
  sold: count.meta({ description: "How many of them are sold.", example: 0 }),
  version,
};
const showSummary = answerOf<ShowSummary>()(z.strictObject(summary)).meta({ id: "ShowSummary" });
export const shows = z.strictObject({ shows: z.array(showSummary), next: next(id) }).meta({ id: "Shows" });

const seat = z.strictObject({
  id: seatId,
  category: z.string().meta({ example: "standard" }),
  accessible: z.literal(true).exactOptional(),
  blocked: z.literal(true).exactOptional(),
});
const row = z.strictObject({ id: z.string().meta({ example: "A" }), seats: z.array(seat.nullable()) });
const layout: z.ZodType<Layout> = z
  .strictObject({
    categories: z.array(
      z.strictObject({
        id: z.string().meta({ example: "standard" }),
        name: z.string().exactOptional(),
        price: amount.meta({ example: "2500" }),
      }),
    ),
    sections: z.array(
      z.strictObject({
        id: z.string().meta({ example: "stalls" }),
        name: z.string().exactOptional(),
        rows: z.array(row),
      }),
    ),
  })
  .meta({ id: "Layout", description: "The house, every seat with its category. It never changes." });

export const show = answerOf<ShowView>()(
  z.strictObject({
    ...summary,
    walletId: id.nullable().describe("The organiser's wallet; null when the seats cost nothing."),
    currency: z.string().nullable().meta({ example: "sat" }),
    holdSeconds: seconds,
    maxHoldSeconds: count.meta({ example: 1200 }),
    layout,
    heldSeats: z.array(seatId),
    soldSeats: z.array(seatId),
  }),
).meta({ id: "Show", description: "The house and every seat that is not free, as of one version." });
