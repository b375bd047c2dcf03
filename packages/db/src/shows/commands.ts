import { z } from "zod";
import * as field from "../fields.ts";
import { categoryId, layoutInput, seatId, sectionId } from "./layout.ts";
import { hashToken, parseToken } from "./token.ts";

/** What each command on shows and seats takes. One schema serves the wire and callers in process. */

/** The most seats of one reservation. */
const MAX_RESERVED = 50;
const seconds = (max: number) => z.int().min(1).max(max);
const MAX_HOLD_SECONDS = 86_400;

const key = { idempotencyKey: field.idempotencyKey };

const create = {
  name: field.text(200).meta({ example: "Hamlet, Friday" }),
  startsAt: z.iso.datetime({ offset: true }).optional(),
  walletId: field.id.describe("Who is paid; needed unless every price is 0.").optional(),
  holdSeconds: seconds(MAX_HOLD_SECONDS)
    .describe("How long a reservation lasts unless its call says otherwise. Default 300.")
    .optional(),
  maxHoldSeconds: seconds(MAX_HOLD_SECONDS)
    .describe("How long it lasts at most, whatever it is extended by. Default 1,200.")
    .optional(),
  ...layoutInput,
};

const seatIds = z
  .array(seatId)
  .min(1)
  .max(MAX_RESERVED)
  .superRefine((ids, context) => {
    for (const [at, id] of ids.entries()) {
      if (ids.indexOf(id) !== at)
        context.addIssue({ code: "custom", path: [at], message: "names a seat twice" });
    }
  });

const bestAvailable = z.strictObject({
  quantity: z.int().min(1).max(MAX_RESERVED).meta({ example: 2 }),
  section: sectionId.optional(),
  category: categoryId.optional(),
});

const reserve = z
  .strictObject({
    ...key,
    showId: field.id,
    seatIds: seatIds
      .meta({ description: "These seats. Give either this or bestAvailable.", example: ["A1", "A2"] })
      .optional(),
    bestAvailable: bestAvailable.describe("So many seats, side by side where that is possible.").optional(),
    ifTaken: z
      .enum(["refuse", "nearest"])
      .describe('When a seat is taken: hold the nearest ones instead, or refuse. Default "refuse".')
      .optional(),
    expiresInSeconds: seconds(MAX_HOLD_SECONDS).describe("Default: what the show says.").optional(),
    replace: z
      .boolean()
      .describe("Gives the customer's reservation of this show up for the new one, if that succeeds.")
      .optional(),
    customerId: field.ownerId
      .describe("For whom; the caller when left out. Services may name anybody.")
      .optional(),
  })
  .refine((input) => (input.seatIds === undefined) !== (input.bestAvailable === undefined), {
    path: ["seatIds"],
    message: "give either seatIds or bestAvailable",
  });

/** What a token says and its hash: the parsed input is recorded, and the token itself must not be. */
export const token = z
  .string()
  .max(200)
  .transform((value, context) => {
    const parsed = parseToken(value);
    if (parsed !== undefined) return { ...parsed, tokenHash: hashToken(value) };
    context.addIssue({ code: "custom", message: "is not the token of a reservation" });
    return z.NEVER;
  })
  .meta({
    description: "What the reservation's answer told. A secret: whoever has it can use the reservation.",
    example: "AaIBW5j6dlWs2c71P9P5q.secret",
  });

/** Input schemas by command kind; a kind is the name of the procedure that sends it. */
export const showInputs = {
  "shows.create": z.strictObject({ ...key, ...create }),
  "seats.reserve": reserve,
  "seats.extend": z.strictObject({
    ...key,
    token,
    expiresInSeconds: seconds(MAX_HOLD_SECONDS).meta({ description: "From now on.", example: 300 }),
  }),
  "seats.release": z.strictObject({ ...key, token }),
  "seats.confirm": z.strictObject({
    ...key,
    token,
    walletId: field.id.describe("Who pays; it may be left out when the seats cost nothing.").optional(),
  }),
} as const;

type Inputs = typeof showInputs;
export type ShowKind = keyof Inputs;
/** What a caller passes, by kind. */
export type ShowInput<K extends ShowKind> = z.input<Inputs[K]>;
export type ParsedShowInput<K extends ShowKind> = z.output<Inputs[K]>;

export type ReservationStatus = "held" | "confirmed" | "released" | "expired";

export interface ShowCreated {
  operationId: string;
  showId: string;
  /** How many seats it has, blocked ones included, and how many are for sale. */
  seats: number;
  capacity: number;
  holdSeconds: number;
  maxHoldSeconds: number;
  /** SHA-256, in hexadecimal digits, of the layout as it is stored: JSON with every default filled in. */
  layoutHash: string;
  showVersion: string;
}

export interface Reservation {
  reservationId: string;
  showId: string;
  /** Seat ids, from the best row on and from left to right. */
  seats: string[];
  /** Of all seats together, in the smallest unit of the organiser's currency. */
  price: string;
  status: ReservationStatus;
  /** ISO 8601, by the database's clock. */
  expiresAt: string;
}

/** An answer that changes a reservation: the seats as they now are, and the show's version that says so. */
export interface ReservationChanged extends Reservation {
  operationId: string;
  showVersion: string;
}

export interface Extended extends ReservationChanged {
  /** From the moment of the decision, by the database's clock. */
  expiresInSeconds: number;
}

export interface Reserved extends Extended {
  /** Needed to extend, release or confirm. It is not stored: whoever repeats the call with its key is told it again. */
  token: string;
  /** Whom a confirm pays. */
  organiserWalletId?: string;
  /** Whether all seats are side by side in one row. */
  adjacent: boolean;
  /** The seats that were asked for and are taken, when the nearest ones are held instead. */
  insteadOf?: string[];
  /** The reservation that was given up for this one. */
  replaced?: string;
  /** When the caller held these very seats before; nothing was changed. */
  alreadyHeld?: true;
}

/** A purchase; the fields of the wallet are there when something was paid. */
export interface Confirmed extends ReservationChanged {
  walletId?: string;
  balance?: string;
  held?: string;
  available?: string;
  version?: string;
}

export interface ShowAnswers {
  "shows.create": ShowCreated;
  "seats.reserve": Reserved;
  "seats.extend": Extended;
  "seats.release": ReservationChanged;
  "seats.confirm": Confirmed;
}
