import { v7 as newKey } from "uuid";
import type { KeyedCallOptions } from "./call-options.ts";
import type { HoldfastFailure } from "./client-error.ts";
import { type HoldInput, type HoldSteps, holdSteps } from "./hold-steps.ts";
import { usedAmount } from "./hold-usage.ts";
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

export function createWithHold(wallets: Wallets): WithHold {
  return async (request, work, options = {}) => {
    const { toWalletId, ...input } = request;
    const intentKey = options.idempotencyKey ?? newKey();
    const { hold, steps, paid } = await reserve(wallets, input, intentKey, options);
    try {
      const { used, result } = await work(hold);
      if (paid) return { result, settled: undefined };
      const amount = usedAmount(used, BigInt(input.amount), intentKey);
      ...
    }
  };
}
