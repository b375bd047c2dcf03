import { getReservation, getShow, listShows } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { procedure, router } from "../trpc.ts";

/** Shows: houses whose seats can be reserved. */
export const showsRouter = router({
  create: command("shows.create", "services"),

  list: procedure("signed-in")
    .input(queryInput("shows.list"))
    .query(({ ctx, input }) => listShows(reader(ctx), ctx.principal, input)),
  get: procedure("signed-in")
    .input(queryInput("shows.get"))
    .query(({ ctx, input }) => getShow(reader(ctx), ctx.principal, input)),
});

/** Seats: none is sold twice. */
export const seatsRouter = router({
  reserve: command("seats.reserve", "signed-in"),
  extend: command("seats.extend", "signed-in"),
  release: command("seats.release", "signed-in"),
  confirm: command("seats.confirm", "signed-in"),

  check: procedure("signed-in")
    .input(queryInput("seats.check"))
    .query(({ ctx, input }) => getReservation(reader(ctx), ctx.principal, input)),
});
