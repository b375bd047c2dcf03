import type { Route } from "../rest/route.ts";
import * as answer from "./answers.ts";

export const showRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/shows",
    procedure: "shows.create",
    summary: "Create a show",
    description:
      "For services: a house with its categories, sections, rows and seats. The layout never changes.",
    answer: answer.showCreated,
    errors: ["FORBIDDEN", "NOT_FOUND"],
    created: "/shows/{showId}",
  },
  {
    method: "GET",
    path: "/shows",
    procedure: "shows.list",
    summary: "List shows",
    description: "The tenant's, the newest first.",
    answer: answer.shows,
    errors: [],
  },
  {
    method: "GET",
    path: "/shows/{showId}",
    procedure: "shows.get",
    summary: "Read a show and its seats",
    answer: answer.show,
    errors: ["NOT_FOUND"],
  },
];

// A token is a secret, so it travels in bodies: addresses are kept in logs.
export const seatRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/shows/{showId}/reservations",
    procedure: "seats.reserve",
    summary: "Reserve seats",
    description:
      "All of them or none, by `seatIds` or the `bestAvailable`; one reservation a customer and show.",
    answer: answer.reservedAnswer,
    errors: ["NOT_FOUND", "FORBIDDEN", "SEATS_TAKEN", "NOT_ENOUGH_SEATS", "RESERVATION_ACTIVE"],
    created: "/operations/{operationId}",
    example: { seatIds: ["A1", "A2"] },
  },
  {
    method: "POST",
    path: "/reservations/check",
    procedure: "seats.check",
    summary: "Read a reservation",
    description: "By POST because the token is a secret; it changes nothing and takes no Idempotency-Key.",
    answer: answer.reservationView,
    errors: ["NOT_FOUND"],
  },
  {
    method: "POST",
    path: "/reservations/extend",
    procedure: "seats.extend",
    summary: "Hold seats longer",
    description: "Up to the show's longest hold; never shorter.",
    answer: answer.extendedAnswer,
    errors: ["NOT_FOUND", "RESERVATION_EXPIRED", "RESERVATION_CLOSED", "EXTENSION_LIMIT"],
  },
  {
    method: "POST",
    path: "/reservations/release",
    procedure: "seats.release",
    summary: "Give seats up",
    answer: answer.changedAnswer,
    errors: ["NOT_FOUND", "RESERVATION_EXPIRED", "RESERVATION_CLOSED"],
  },
  {
    method: "POST",
    path: "/reservations/confirm",
    procedure: "seats.confirm",
    summary: "Buy the seats",
    description:
      "The buyer's wallet pays the organiser's and the seats are sold, in one transaction; or nothing happens.",
    answer: answer.confirmedAnswer,
    errors: [
      "NOT_FOUND",
      "RESERVATION_EXPIRED",
      "RESERVATION_CLOSED",
      "RESERVATION_ACTIVE",
      "INSUFFICIENT_FUNDS",
      "SAME_WALLET",
      "CURRENCY_MISMATCH",
      "BALANCE_LIMIT",
    ],
  },
];
