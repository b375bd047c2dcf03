import { createHash } from "node:crypto";
import { actsForOthers } from "../principal.ts";
import { refuse } from "../wallets/guards.ts";
import type { WalletRows } from "../wallets/wallet.ts";
import type { DecideContext } from "../write-path/feature.ts";
import type { ParsedShowInput, ShowKind } from "./commands.ts";
import { decideConfirm } from "./decide-confirm.ts";
import { decideExpiry, decideExtend, decideRelease, type ExpireCommand } from "./decide-held.ts";
import { decideReserve } from "./decide-reserve.ts";
import type { Verdict } from "./guards.ts";
import { type Layout, resolveLayout } from "./layout.ts";
import { SeatPlan } from "./seat-plan.ts";
import type { NewShow, ShowRows } from "./show.ts";

/** A parsed command on shows or seats. */
export type ShowCommand = { [K in ShowKind]: { kind: K } & ParsedShowInput<K> }[ShowKind] | ExpireCommand;

const HOLD_SECONDS = 300;
const MAX_HOLD_SECONDS = 1_200;

/** Decides one command on locked shows. Checks come in the order in which a caller should hear of them. */
export function decideShow(
  rows: ShowRows,
  wallets: WalletRows | undefined,
  command: ShowCommand,
  context: DecideContext,
): Verdict {
  switch (command.kind) {
    case "shows.create":
      return decideCreate(wallets, command, context);
    case "seats.reserve":
      return decideReserve(rows, command, context);
    case "seats.extend":
      return decideExtend(rows, command, context);
    case "seats.release":
      return decideRelease(rows, command, context);
    case "seats.confirm":
      return decideConfirm(rows, wallets, command, context);
    case "seats.expire":
      return decideExpiry(rows, command.reservationId, context);
  }
}

function decideCreate(
  wallets: WalletRows | undefined,
  command: Extract<ShowCommand, { kind: "shows.create" }>,
  { principal, operationId, newId }: DecideContext,
): Verdict {
  if (!actsForOthers(principal)) return refuse("FORBIDDEN", { needs: "service" });
  const resolved = resolveLayout(command);
  if ("issues" in resolved) return refuse("BAD_REQUEST", { issues: resolved.issues.slice(0, 20) });
  const { layout } = resolved;
  const {
    walletId,
    holdSeconds = HOLD_SECONDS,
    maxHoldSeconds = Math.max(MAX_HOLD_SECONDS, holdSeconds),
  } = command;
  if (maxHoldSeconds < holdSeconds) {
    return refuse("BAD_REQUEST", {
      issues: [{ path: "maxHoldSeconds", message: "must not be less than holdSeconds" }],
    });
  }
  if (walletId === undefined && layout.categories.some(({ price }) => price !== "0")) {
    return refuse("BAD_REQUEST", {
      issues: [{ path: "walletId", message: "is needed: somebody must be paid" }],
    });
  }
  if (walletId !== undefined && wallets?.wallets.get(walletId) === undefined)
    return refuse("NOT_FOUND", { what: "walletId" });
  const plan = new SeatPlan(layout);
  const layoutJson = JSON.stringify(layout);
  const capacity = capacityOf(layout);
  const show: NewShow = {
    id: newId(),
    name: command.name,
    startsAt: command.startsAt,
    walletId,
    holdSeconds,
    maxHoldSeconds,
    version: 0n,
    plan,
    layoutJson,
    capacity,
  };
  return {
    ok: true,
    data: {
      operationId,
      showId: show.id,
      seats: plan.size,
      capacity,
      holdSeconds,
      maxHoldSeconds,
      layoutHash: createHash("sha256").update(layoutJson).digest("hex"),
      showVersion: "0",
    },
    changes: { shows: [{ type: "create", show }] },
  };
}

function capacityOf({ sections }: Layout): number {
  const seats = sections.flatMap(({ rows }) => rows.flatMap(({ seats }) => seats));
  return seats.filter((seat) => seat !== null && seat.blocked === undefined).length;
}
