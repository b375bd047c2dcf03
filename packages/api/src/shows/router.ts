import { getReservation, getShow, listShows } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { authed, router } from "../trpc.ts";

/** Shows: houses whose seats can be reserved. */
export const showsRouter = router({
  create: command("shows.create"),

  list: authed
    .input(queryInput("shows.list"))
    .query(({ ctx, input }) => listShows(reader(ctx), ctx.principal, input)),
  get: authed
    .input(queryInput("shows.get"))
    .query(({ ctx, input }) => getShow(reader(ctx), ctx.principal, input)),
});

/** Seats: none is sold twice. */
export const seatsRouter = router({
  reserve: command("seats.reserve"),
  extend: command("seats.extend"),
  release: command("seats.release"),
  confirm: command("seats.confirm"),

  check: authed
    .input(queryInput("seats.check"))
    .query(({ ctx, input }) => getReservation(reader(ctx), ctx.principal, input)),
});
