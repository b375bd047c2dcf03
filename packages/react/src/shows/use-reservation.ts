import type { Holdfast, HoldfastFailure, Result } from "@holdfast/client";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Reserved, ReserveInput, WalletState } from "../client-types.ts";
import { type HoldfastContextValue, useHoldfast } from "../context.ts";
import { type IntentHandle, useIntent } from "../intents/use-intent.ts";
import { shareConfirmed } from "../wallets/wallet-cache.ts";
import { createReservationStore, type KeptReservation, type ReservationStore } from "./kept-reservation.ts";
import { useSecondsLeft } from "./use-seconds-left.ts";

/** What the last thing that one did came to. */
export type ReservationOutcome =
  | { readonly type: "reserved" | "extended" | "released" | "confirmed" | "expired" }
  | { readonly type: "refused"; readonly error: HoldfastFailure }
  /** It may or may not have happened: `retry` asks with the same key, so it can't happen twice. */
  | { readonly type: "unknown"; retry(): void };

export interface OwnReservation {
  /** One's own reservation: held, or bought a moment ago. */
  readonly reservation: KeptReservation | undefined;
  /** Until the seats are free again, by the server's clock; undefined when none are held. */
  readonly secondsLeft: number | undefined;
  readonly isPending: boolean;
  readonly outcome: ReservationOutcome | undefined;
  /** The seats that somebody else was faster to take, when the last call was refused for them. */
  readonly conflicts: readonly string[];
  reserve(input: ReserveInput): Promise<void>;
  /** `expiresInSeconds` from now, up to the show's longest hold. */
  extend(expiresInSeconds: number): Promise<void>;
  release(): Promise<void>;
  /** Pays from the wallet and buys the seats. */
  confirm(walletId: string): Promise<void>;
  /** Clears what was told, and a purchase that was looked at. */
  dismiss(): void;
}

type Change =
  | { readonly type: "extend"; readonly token: string; readonly expiresInSeconds: number }
  | { readonly type: "release"; readonly token: string }
  | { readonly type: "confirm"; readonly token: string; readonly walletId: string };
type Changed = Awaited<ReturnType<Holdfast["seats"]["extend" | "release" | "confirm"]>>;

const TOLD = { extend: "extended", release: "released", confirm: "confirmed" } as const;
const NONE: readonly string[] = [];

/**
 * One's own reservation of a show, kept through reloads with its token, its undecided calls and their keys. Nothing changes on a
 * guess: seats are one's own when the server has said so, and gone when it has.
 */
export function useReservation(showId: string): OwnReservation {
  const scope = useHoldfast();
  const { client, intents, identity } = scope;
  const store = intents.open(`seats.reservation:${showId}`, () => createReservationStore(identity, showId));
  const reservation = useSyncExternalStore(store.subscribe, store.get, () => undefined);
  const [last, setLast] = useState<"reserve" | "change" | "expired">();

  const reserving = useIntent<ReserveInput, Reserved, HoldfastFailure>(
    `seats.reserve:${showId}`,
    async (input, options) => {
      const result = await client.seats.reserve.safe({ ...input, showId }, options);
      if (result.ok) await keep(scope, store, result.data);
      return result;
    },
  );
  const changing = useIntent<Change, Changed, HoldfastFailure>(
    `seats.change:${showId}`,
    async (input, options) => {
      const result = await send(client, input, options);
      if (result.ok) keepChange(scope, store, input, result.data);
      else if (result.error.code === "RESERVATION_EXPIRED" || result.error.code === "RESERVATION_CLOSED")
        store.set(undefined);
      return result;
    },
  );

  const secondsLeft = useSecondsLeft(reservation?.status === "held" ? reservation.endsAtMs : undefined);
  const isOver = secondsLeft === 0;
  useEffect(() => {
    if (isOver) setLast("expired");
  }, [isOver]);
  // What another tab, or the time that this page was closed, has changed.
  useEffect(() => {
    void recheck(scope, store);
  }, [scope, store]);

  async function change(input: Change): Promise<void> {
    setLast("change");
    await changing.submit(input);
  }
  const token = reservation?.token;
  return {
    reservation,
    secondsLeft,
    isPending: reserving.state.status === "pending" || changing.state.status === "pending",
    outcome: outcomeOf(last, reserving, changing),
    conflicts: last === "reserve" ? conflictsOf(reserving) : NONE,
    async reserve(input) {
      setLast("reserve");
      await reserving.submit(input);
    },
    async extend(expiresInSeconds) {
      if (token !== undefined) await change({ type: "extend", token, expiresInSeconds });
    },
    async release() {
      if (token !== undefined) await change({ type: "release", token });
    },
    async confirm(walletId) {
      if (token !== undefined) await change({ type: "confirm", token, walletId });
    },
    dismiss() {
      setLast(undefined);
      reserving.dismiss();
      changing.dismiss();
      if (reservation?.status !== "held" || isOver) store.set(undefined);
    },
  };
}

function send(
  { seats }: Holdfast,
  input: Change,
  options: { idempotencyKey: string },
): Promise<Result<Changed>> {
  const { token } = input;
  if (input.type === "extend")
    return seats.extend.safe({ token, expiresInSeconds: input.expiresInSeconds }, options);
  if (input.type === "release") return seats.release.safe({ token }, options);
  return seats.confirm.safe({ token, walletId: input.walletId }, options);
}

async function keep(scope: HoldfastContextValue, store: ReservationStore, data: Reserved): Promise<void> {
  const { reservationId, token, seats, price, status, expiresAt, expiresInSeconds } = data;
  store.set({ reservationId, token, seats, price, status, expiresAt, endsAtMs: endsIn(expiresInSeconds) });
  // A replayed answer tells how long it was held when it was made, not how long it still is.
  if (data.replayed) await recheck(scope, store);
}

function keepChange(
  scope: HoldfastContextValue,
  store: ReservationStore,
  input: Change,
  data: Changed,
): void {
  const kept = store.get();
  if (kept?.token !== input.token) return;
  if (input.type === "release") store.set(undefined);
  else if (input.type === "confirm") store.set({ ...kept, status: "confirmed" });
  else if ("expiresInSeconds" in data) {
    store.set({ ...kept, expiresAt: data.expiresAt, endsAtMs: endsIn(data.expiresInSeconds) });
  }
  if ("walletId" in data && data.walletId !== undefined) shareConfirmed(scope, data as WalletState);
}

/** Asks how the kept reservation stands. */
async function recheck({ client }: HoldfastContextValue, store: ReservationStore): Promise<void> {
  const kept = store.get();
  if (kept === undefined) return;
  const found = await client.seats.check.safe({ token: kept.token });
  if (store.get()?.token !== kept.token) return;
  if (!found.ok) {
    if (found.error.code === "NOT_FOUND") store.set(undefined);
    return;
  }
  const { status, expiresAt, expiresInSeconds } = found.data;
  if (status === "held") store.set({ ...kept, status, expiresAt, endsAtMs: endsIn(expiresInSeconds) });
  else store.set(status === "confirmed" && kept.status === "confirmed" ? kept : undefined);
}

function endsIn(seconds: number): number {
  return Date.now() + seconds * 1_000;
}

function outcomeOf(
  last: "reserve" | "change" | "expired" | undefined,
  reserving: IntentHandle<ReserveInput, Reserved, HoldfastFailure>,
  changing: IntentHandle<Change, Changed, HoldfastFailure>,
): ReservationOutcome | undefined {
  // What is undecided comes first, also after a reload that has forgotten what was done last.
  for (const handle of [reserving, changing]) {
    if (handle.state.status === "unresolved") return { type: "unknown", retry: () => void handle.check() };
  }
  if (last === "expired") return { type: "expired" };
  const { state } = last === "reserve" ? reserving : changing;
  if (last === undefined || (state.status !== "refused" && state.status !== "confirmed")) return undefined;
  if (state.status === "refused") return { type: "refused", error: state.error };
  return { type: "type" in state.intent.input ? TOLD[state.intent.input.type] : "reserved" };
}

function conflictsOf({ state }: IntentHandle<ReserveInput, Reserved, HoldfastFailure>): readonly string[] {
  if (state.status !== "refused" || state.error.code !== "SEATS_TAKEN") return NONE;
  return state.error.details.conflicts;
}
