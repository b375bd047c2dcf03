import { v7 as newKey } from "uuid";
import type { KeyedCallOptions } from "./call-options.ts";
import type { HoldfastFailure } from "./client-error.ts";
import { type HoldInput, type HoldSteps, holdSteps } from "./hold-steps.ts";
import { checkIntentKey, usedAmount } from "./hold-usage.ts";
import { withReleaseFailure } from "./release-failure.ts";
import type { Surface } from "./surface.ts";

type Wallets = Surface["wallets"];
type Hold = Awaited<ReturnType<Wallets["hold"]>>;
type Settled = Awaited<ReturnType<Wallets["capture" | "release"]>>;

/** What to reserve and for how long; `toWalletId` receives what is captured. */
export type HoldRequest = HoldInput & { toWalletId?: string | undefined };

export interface HoldUse<T> {
  /** How much of the hold was used, in the smallest unit of the wallet's currency; 0 captures nothing. */
  readonly used: bigint | string;
  readonly result: T;
}

/** Runs while the credit is reserved. */
export type HoldWork<T> = (hold: Hold) => HoldUse<T> | Promise<HoldUse<T>>;

export interface HoldSettled<T> {
  readonly result: T;
  /** The hold and the wallet as they now are; undefined when an earlier call with this key had captured already. */
  readonly settled: Settled | undefined;
}

/**
 * Reserves `amount`, runs `work`, captures what it used and releases the rest; when `work` fails, releases everything
 * and rethrows its error, with a failed release as its `cause`. One key charges at most once, however often it is
 * called. Throws HoldfastClientError too: HOLD_EXCEEDED when more was used than reserved, HOLD_EXPIRED when the work
 * took longer than `expiresInSeconds`, and whatever hold, capture and release can end with.
 */
export type WithHold = <T>(
  request: HoldRequest,
  work: HoldWork<T>,
  options?: KeyedCallOptions,
) => Promise<HoldSettled<T>>;

export function createWithHold(wallets: Wallets, defaultDeadlineMs: number): WithHold {
  return async <T>(request: HoldRequest, work: HoldWork<T>, options: KeyedCallOptions = {}) => {
    const { toWalletId, ...input } = request;
    const { idempotencyKey, deadlineMs = defaultDeadlineMs, signal } = options;
    const intentKey = idempotencyKey ?? newKey();
    checkIntentKey(intentKey);
    const isFreshKey = idempotencyKey === undefined;
    const { hold, steps, paid } = await reserve({
      wallets,
      input,
      intentKey,
      isFreshKey,
      deadlineMs,
      signal,
    });
    const { holdId } = hold;
    if (paid) return { result: (await work(hold)).result, settled: undefined };

    const giveUp = async (error: unknown) => {
      const released = await steps.release(holdId, deadlineMs);
      return released.ok || isOver(released.error) ? error : withReleaseFailure(error, released.error);
    };
    let result: T;
    let used: bigint;
    try {
      const use = await work(hold);
      result = use.result;
      used = usedAmount(use.used, BigInt(input.amount), intentKey);
    } catch (error) {
      throw await giveUp(error);
    }

    if (used === 0n) {
      const released = await steps.release(holdId, deadlineMs);
      if (!released.ok && !isOver(released.error)) throw released.error;
      return { result, settled: released.ok ? released.data : undefined };
    }
    const captured = await steps.capture({ holdId, amount: used, toWalletId, final: true }, deadlineMs);
    if (captured.ok) return { result, settled: captured.data };
    // An unresolved capture may have been made, so nothing is released: the next call with this key finds out.
    throw captured.error.unresolved ? captured.error : await giveUp(captured.error);
  };
}

interface Reservation {
  readonly wallets: Wallets;
  readonly input: HoldInput;
  readonly intentKey: string;
  /** Whether no earlier call can have used the key. */
  readonly isFreshKey: boolean;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Reserved {
  readonly hold: Hold;
  readonly steps: HoldSteps;
  /** Whether an earlier call with this key has captured. */
  readonly paid: boolean;
}

/**
 * Places the hold. If an earlier call with this key placed it, what that call left reserved is released and the next
 * round begins, so that work which is tried again has its whole time; if that call captured, there is nothing to pay.
 * A hold of our own whose first answer was lost looks the same, so all rounds together have one deadline.
 */
async function reserve(reservation: Reservation): Promise<Reserved> {
  const { wallets, input, intentKey, isFreshKey, deadlineMs, signal } = reservation;
  const endsAt = performance.now() + deadlineMs;
  const remainingMs = () => Math.max(0, endsAt - performance.now());
  for (let round = 1; ; round += 1) {
    const steps = holdSteps(wallets, intentKey, round, signal);
    const placed = await steps.hold(input, remainingMs());
    if (!placed.ok) throw placed.error;
    const hold = placed.data;
    if (isFreshKey || !hold.replayed) return { hold, steps, paid: false };
    const released = await steps.release(hold.holdId, remainingMs());
    if (released.ok || isOver(released.error)) continue;
    if (released.error.code === "HOLD_CLOSED") return { hold, steps, paid: true };
    throw released.error;
  }
}

/** Whether nothing is reserved any more and nothing was captured. */
function isOver(error: HoldfastFailure): boolean {
  if (error.code === "HOLD_EXPIRED") return true;
  return error.code === "HOLD_CLOSED" && error.details.status !== "captured";
}
