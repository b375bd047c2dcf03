import { LRUCache } from "lru-cache";
import type { WalletRows } from "../wallets/wallet.ts";
import type { Feature, Need } from "../write-path/feature.ts";
import { showInputs } from "./commands.ts";
import { decideShow, type ShowCommand } from "./decide.ts";
import { dueExpiries } from "./decide-held.ts";
import { listOverdueReservations, lockShowRows, type WantedShows } from "./rows.ts";
import type { SeatPlan } from "./seat-plan.ts";
import type { ShowChange, ShowRows } from "./show.ts";
import { makeToken, type TokenParts } from "./token.ts";
import { showTopic } from "./topic.ts";
import { showChecks } from "./verify.ts";
import { writeShowRows } from "./write-rows.ts";
import { writtenByShows } from "./written.ts";

/** Houses remembered by one process, in seats of all of them. */
const MAX_REMEMBERED_SEATS = 200_000;

const shows = (...parts: string[]): Need => ({ feature: "shows", key: parts.join("\0") });
const wallet = (id: string | undefined): Need[] =>
  id === undefined ? [] : [{ feature: "wallets", key: `wallet:${id}` }];

/**
 * The shows' face to the write path. The lock of a show guards all of its seats, so every command names its show first; the
 * further needs say what has to be read under that lock.
 */
export function createShowsFeature(): Feature<ShowCommand, ShowRows, ShowChange> {
  const plans = new LRUCache<string, SeatPlan>({
    maxSize: MAX_REMEMBERED_SEATS,
    sizeCalculation: ({ size }) => Math.max(1, size),
  });
  return {
    name: "shows",
    inputs: showInputs,

    needs(command, principal) {
      switch (command.kind) {
        case "shows.create":
          return wallet(command.walletId);
        case "seats.reserve": {
          const { showId, seatIds = [], bestAvailable, ifTaken, customerId = principal.subject } = command;
          const needs = [shows("show", showId), shows("customer", showId, customerId)];
          if (bestAvailable !== undefined || ifTaken === "nearest") needs.push(shows("map", showId));
          return needs.concat(seatIds.map((id) => shows("seat", showId, id)));
        }
        case "seats.extend":
        case "seats.release":
          return needsOfToken(command.token);
        case "seats.confirm": {
          const { token } = command;
          const again = shows("again", token.showId, token.reservationId);
          return [
            ...needsOfToken(token),
            again,
            ...wallet(command.walletId),
            ...wallet(token.organiserWalletId),
          ];
        }
        case "seats.expire":
          return [];
      }
    },

    async lock(tx, tenantId, keys, wait) {
      const locked = await lockShowRows(tx, tenantId, wantedOf(keys), wait, plans);
      const stuck = new Set([...locked.stuck].map((id) => shows("show", id).key));
      return { rows: locked.shows, stuck, absent: locked.absent };
    },

    due: dueExpiries,

    async overdue(tx, tenantId, limit, after) {
      const [, showId, id] = after?.split("\0") ?? [];
      const found = await listOverdueReservations(tx, tenantId, limit, showId, id);
      return found.map((one) => shows("reservation", one.showId, one.id).key);
    },

    decide(all, command, context) {
      const wallets = all["wallets"] as WalletRows | undefined;
      return decideShow(all["shows"] as ShowRows, wallets, command, context);
    },

    apply(rows, changes, operationId) {
      for (const change of changes) rows.apply(change, operationId);
    },

    tell(kind, data, derive) {
      if (kind !== "seats.reserve") return data;
      // In place of its hash, which is recorded.
      return { ...(data as object), token: makeToken(data as TokenParts, derive) };
    },

    write: writeShowRows,
    topic: showTopic,
    touched: (rows) => rows.history.map(({ showId, version }) => ({ id: showId, version })),
    written: writtenByShows,
    checks: showChecks,
  };
}

function needsOfToken({ showId, reservationId }: TokenParts): Need[] {
  return [shows("show", showId), shows("reservation", showId, reservationId)];
}

function wantedOf(keys: readonly string[]): WantedShows {
  const parts = keys.map((key) => key.split("\0"));
  const of = (kind: string): [showId: string, what: string][] =>
    parts.flatMap(([first, showId = "", what = ""]) => (first === kind ? [[showId, what]] : []));
  return {
    // Whatever is needed is needed under its show's lock.
    shows: [...new Set(parts.map(([, showId = ""]) => showId))].sort(),
    seats: of("seat").map(([showId, seatId]) => ({ showId, seatId })),
    maps: of("map").map(([showId]) => showId),
    reservations: of("reservation").map(([, id]) => id),
    again: of("again").map(([, id]) => id),
    customers: of("customer").map(([showId, customerId]) => ({ showId, customerId })),
  };
}
