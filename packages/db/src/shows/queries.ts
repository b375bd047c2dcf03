import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import * as field from "../fields.ts";
import { actsForOthers, type Principal } from "../principal.ts";
import { type Row, textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import type { Tx } from "../transaction.ts";
import { parseInput } from "../write-path/registry.ts";
import { type Reservation, type ReservationStatus, token } from "./commands.ts";
import type { Layout } from "./layout.ts";

/** Input schemas by procedure. */
export const showQueries = {
  "shows.list": z.strictObject({
    before: field.id
      .describe("Shows that were created before this one; the newest when left out.")
      .optional(),
    limit: z.int().min(1).max(100).describe("Shows a page. Default 50.").optional(),
  }),
  "shows.get": z.strictObject({ showId: field.id }),
  "seats.check": z.strictObject({ token }),
} as const;

type Input<K extends keyof typeof showQueries> = z.input<(typeof showQueries)[K]>;

export interface ShowSummary {
  showId: string;
  name: string;
  /** ISO 8601; null when the organiser named no time. */
  startsAt: string | null;
  /** How many seats are for sale, and how many of them are held or sold. */
  capacity: number;
  held: number;
  sold: number;
  version: string;
}

/** A show with its house and every seat that is not free, as of one version. */
export interface ShowView extends ShowSummary {
  /** The organiser's wallet and its currency; null when the seats cost nothing. */
  walletId: string | null;
  currency: string | null;
  holdSeconds: number;
  maxHoldSeconds: number;
  layout: Layout;
  heldSeats: string[];
  soldSeats: string[];
}

export interface ReservationView extends Reservation {
  /** 0 when it holds no seats. */
  expiresInSeconds: number;
}

/** What a query needs of a `Db`. */
interface Reader {
  read(principal: Principal, work: (tx: Tx) => Promise<readonly Row[]>): Promise<readonly Row[]>;
}

/**
 * A show with its counts; seats whose hold has expired are free the moment it does, whoever writes that down and when. The
 * time is that of the statement: one that went on while it runs would count a seat that it no longer lists.
 */
const SUMMARY = `
  show.id::text as show_id, show.name, show.capacity::text, (show.held - held.expired)::text as held, show.sold::text,
  show.version::text, to_char(show.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as starts_at`;
const HELD = `cross join lateral (
    select coalesce(sum(cardinality(seat_ids)) filter (where expires_at <= statement_timestamp()), 0)::int as expired,
      string_agg(array_to_string(seat_ids, E'\\x1f'), E'\\x1f') filter (where expires_at > statement_timestamp()) as seats
    from holdfast.held_of_show($1::int, case when show.held > 0 then show.id end)) as held`;

/** Reads by index, whatever the size of the tables. */
function readByIndex(db: Reader, principal: Principal, text: string, parameters: (string | null)[]) {
  return db.read(principal, (tx) => {
    stayOnIndexes(tx);
    return tx.run(text, parameters);
  });
}

const AFTER_ALL_IDS = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** The tenant's shows, the newest first; `next` continues where they end. */
export async function listShows(
  db: Reader,
  principal: Principal,
  input: Input<"shows.list">,
): Promise<{ shows: ShowSummary[]; next: string | null }> {
  const { before = AFTER_ALL_IDS, limit = 50 } = parseInput(showQueries["shows.list"], input);
  const rows = await readByIndex(
    db,
    principal,
    `select ${SUMMARY} from holdfast.shows as show ${HELD}
    where show.tenant_id = $1::int and show.id < $2::uuid order by show.id desc limit $3::int`,
    [String(principal.tenantId), before, String(limit)],
  );
  const shows = rows.map(summaryOf);
  return { shows, next: shows.length === limit ? (shows.at(-1)?.showId ?? null) : null };
}

/**
 * One snapshot of a show: one statement, so that its seats are those of its version.
 *
 * @throws NOT_FOUND, also for a show of another tenant.
 */
export async function getShow(
  db: Reader,
  principal: Principal,
  input: Input<"shows.get">,
): Promise<ShowView> {
  const { showId } = parseInput(showQueries["shows.get"], input);
  const [row] = await readByIndex(
    db,
    principal,
    `select ${SUMMARY}, show.wallet_id::text, show.hold_seconds::text, show.max_hold_seconds::text, show.layout::text,
      holdfast.currency_of_show($1::int, show.id) as currency, held.seats as held_seats,
      (select string_agg(id, E'\\x1f') from holdfast.seats
        where tenant_id = $1::int and show_id = show.id and status = 'sold') as sold_seats
    from holdfast.shows as show ${HELD}
    where show.tenant_id = $1::int and show.id = $2::uuid`,
    [String(principal.tenantId), showId],
  );
  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "showId" });
  return {
    ...summaryOf(row),
    walletId: textOrNull(row, "wallet_id"),
    currency: textOrNull(row, "currency"),
    holdSeconds: Number(textOf(row, "hold_seconds")),
    maxHoldSeconds: Number(textOf(row, "max_hold_seconds")),
    layout: JSON.parse(textOf(row, "layout")) as Layout,
    heldSeats: listOf(row, "held_seats"),
    soldSeats: listOf(row, "sold_seats"),
  };
}

/**
 * How a reservation stands, by the database's clock.
 *
 * @throws NOT_FOUND for a token that is wrong, and for one of another customer's.
 */
export async function getReservation(
  db: Reader,
  principal: Principal,
  input: Input<"seats.check">,
): Promise<ReservationView> {
  const { reservationId, tokenHash } = parseInput(showQueries["seats.check"], input).token;
  const [row] = await readByIndex(
    db,
    principal,
    `select id::text as reservation_id, show_id::text, array_to_string(seat_ids, E'\\x1f') as seats, price::text,
      case when status = 'held' and expires_at <= statement_timestamp() then 'expired' else status end as status,
      to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as expires_at,
      case when status = 'held' then greatest(0, floor(extract(epoch from expires_at - statement_timestamp())))
        else 0 end::text as expires_in_seconds
    from holdfast.reservations
    where tenant_id = $1::int and id = $2::uuid and token_hash = decode($3, 'hex')
      and ($4::text is null or customer_id = $4::text)`,
    [
      String(principal.tenantId),
      reservationId,
      tokenHash,
      actsForOthers(principal) ? null : principal.subject,
    ],
  );
  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "token" });
  return {
    reservationId: textOf(row, "reservation_id"),
    showId: textOf(row, "show_id"),
    seats: listOf(row, "seats"),
    price: textOf(row, "price"),
    status: textOf(row, "status") as ReservationStatus,
    expiresAt: textOf(row, "expires_at"),
    expiresInSeconds: Number(textOf(row, "expires_in_seconds")),
  };
}

function summaryOf(row: Row): ShowSummary {
  return {
    showId: textOf(row, "show_id"),
    name: textOf(row, "name"),
    startsAt: textOrNull(row, "starts_at"),
    capacity: Number(textOf(row, "capacity")),
    held: Number(textOf(row, "held")),
    sold: Number(textOf(row, "sold")),
    version: textOf(row, "version"),
  };
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

function listOf(row: Row, column: string): string[] {
  return textOrNull(row, column)?.split("\x1f") ?? [];
}
