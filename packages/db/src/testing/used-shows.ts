import type { Db, HoldfastCommand, Principal, Reserved, ShowInput } from "../index.ts";
import { ada, bob, newKey, openWallet, settle, shop } from "./factories.ts";
import { createShow, house } from "./shows.ts";

type Asked = Omit<ShowInput<"seats.reserve">, "idempotencyKey" | "showId">;

/**
 * Uses every command on shows and seats, with successes, refusals and replays, and leaves reservations of every status.
 * `untilExpired` waits until the time of a reservation has come.
 */
export async function useShows(
  db: Db,
  untilExpired: (reservationId: string) => Promise<void>,
): Promise<void> {
  const run = (by: Principal, command: HoldfastCommand) => settle<unknown>(db.execute(by, command));
  const key = () => ({ idempotencyKey: newKey("used") });
  const user = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });
  const [cara, dan, eve, fay] = [user("cara"), user("dan"), user("eve"), user("fay")];
  const [purse, poor, till] = await Promise.all([
    openWallet(db, 1_000n, { ownerId: "cara" }),
    openWallet(db, 1n, { ownerId: "bob" }),
    openWallet(db, 0n, { ownerId: "organiser" }),
  ]);

  const concert = {
    kind: "shows.create",
    ...key(),
    name: 'Ärzte "live" \\ 😀',
    startsAt: "2027-03-01T19:30:00+01:00",
    walletId: till,
    holdSeconds: 200,
    maxHoldSeconds: 900,
    categories: [
      { id: "gold", price: "50" },
      { id: "blue", name: "Upper circle", price: "20" },
    ],
    sections: [
      { id: "stalls", rows: house(["......", "..x a."]) },
      {
        id: "circle",
        category: "blue",
        rows: [{ id: "Z", seats: [{ id: 'Z "1"' }, null, { id: "Z,2\\" }] }],
      },
    ],
  } as const;
  const { showId } = await db.execute(shop, concert);
  await run(shop, concert);
  await run(ada, { ...concert, ...key() });
  const free = await createShow(db, { price: 0n });
  await createShow(db);

  const reserve = (by: Principal, asked: Asked, of = showId): Promise<Reserved> =>
    db.execute(by, { kind: "seats.reserve", ...key(), showId: of, ...asked });
  const refused = (by: Principal, asked: Asked, of = showId) =>
    run(by, { kind: "seats.reserve", ...key(), showId: of, ...asked });
  const extend = (by: Principal, { token }: Reserved, expiresInSeconds: number) =>
    run(by, { kind: "seats.extend", ...key(), token, expiresInSeconds });
  const release = (by: Principal, { token }: Reserved) => run(by, { kind: "seats.release", ...key(), token });
  const confirm = async (by: Principal, { token }: Reserved, walletId?: string) => {
    const paid = walletId === undefined ? {} : { walletId };
    const command = { kind: "seats.confirm", ...key(), token, ...paid } as const;
    await run(by, command);
    await run(by, command);
  };

  // These two expire while the rest goes on.
  const late = await reserve(cara, { seatIds: ["B1", "B2"], expiresInSeconds: 1 });
  const gone = await reserve(dan, { seatIds: ["B4"], expiresInSeconds: 1 });

  const held = await reserve(ada, { seatIds: ["A2", "A1"] });
  await extend(ada, held, 10);
  await extend(ada, held, 400);
  await extend(ada, held, 9_000);
  await extend(ada, held, 9_000);
  await refused(ada, { seatIds: ["A1", "A2"] });
  await refused(ada, { seatIds: ["A3"] });
  await refused(bob, { seatIds: ["A1", "A3"] });
  await refused(bob, { seatIds: ["Q1"] });
  await refused(bob, { bestAvailable: { quantity: 40 } });
  await extend(bob, held, 60);

  const best = await reserve(bob, { bestAvailable: { quantity: 2, section: "circle", category: "blue" } });
  await confirm(bob, best, poor);
  await release(bob, best);
  await release(bob, best);
  const nearest = await reserve(bob, { seatIds: ["A2"], ifTaken: "nearest", expiresInSeconds: 500 });
  const longer = await reserve(bob, { seatIds: [...nearest.seats, "B5"], replace: true });
  await refused(bob, { seatIds: ["A1", "A4"], replace: true });
  await extend(bob, longer, 700);
  await reserve(bob, { bestAvailable: { quantity: 1 }, replace: true });

  // For somebody else, and after the seats have been another's.
  await release(shop, await reserve(shop, { seatIds: ["Z,2\\"], customerId: "eve" }));
  const bought = await reserve(eve, { seatIds: ["Z,2\\"] });
  await extend(eve, bought, 600);
  await confirm(shop, bought, purse);
  await release(eve, bought);
  await reserve(user("gus:1"), { seatIds: ['Z "1"'] });

  const gratis = await reserve(fay, { seatIds: ["A1", "A2"] }, free.showId);
  await confirm(fay, gratis);
  await reserve(fay, { seatIds: ["A3"] }, free.showId);

  const elsewhere: Principal = { tenantId: 2, subject: "shop", role: "service" };
  const theirs = await createShow(db, { price: 0n }, elsewhere);
  await reserve(elsewhere, { seatIds: ["A1"], customerId: "ada" }, theirs.showId);
  await refused(elsewhere, { seatIds: ["A1"] });
  await extend(elsewhere, held, 60);

  await untilExpired(late.reservationId);
  await untilExpired(gone.reservationId);
  await extend(cara, late, 60);
  await confirm(cara, late, purse);
  await reserve(eve, { seatIds: ["B4"] });
  await confirm(dan, gone, purse);
}
