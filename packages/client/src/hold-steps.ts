import type { Result } from "./call-options.ts";
import { failure, type HoldfastFailure } from "./client-error.ts";
import type { Surface } from "./surface.ts";

type Wallets = Surface["wallets"];
export type HoldInput = Omit<Parameters<Wallets["hold"]>[0], "idempotencyKey">;
type CaptureInput = Omit<Parameters<Wallets["capture"]>[0], "idempotencyKey">;

type Answer<P extends keyof Wallets> = Promise<Result<Awaited<ReturnType<Wallets[P]>>>>;

/** The three commands of one round of `withHold`. Their keys derive from the intent's, and their errors name the intent's. */
export interface HoldSteps {
  hold(input: HoldInput, deadlineMs: number): Answer<"hold">;
  capture(input: CaptureInput, deadlineMs: number): Answer<"capture">;
  release(holdId: string, deadlineMs: number): Answer<"release">;
}

/** The signal is for the hold alone: what is reserved must be settled whether or not the caller still waits. */
export function holdSteps(
  wallets: Wallets,
  intentKey: string,
  round: number,
  signal: AbortSignal | undefined,
): HoldSteps {
  const idempotencyKey = (step: string) => `${intentKey}/${step}-${round}`;
  return {
    hold: (input, deadlineMs) =>
      named(
        intentKey,
        wallets.hold.safe(input, { idempotencyKey: idempotencyKey("hold"), deadlineMs, signal }),
      ),
    capture: (input, deadlineMs) =>
      named(
        intentKey,
        wallets.capture.safe(input, { idempotencyKey: idempotencyKey("capture"), deadlineMs }),
      ),
    release: (holdId, deadlineMs) =>
      named(
        intentKey,
        wallets.release.safe({ holdId }, { idempotencyKey: idempotencyKey("release"), deadlineMs }),
      ),
  };
}

/** The key on an error is the one to call `withHold` again with. */
async function named<T>(intentKey: string, step: Promise<Result<T>>): Promise<Result<T>> {
  const result = await step;
  return result.ok ? result : { ok: false, error: renamed(result.error, intentKey) };
}

function renamed(error: HoldfastFailure, idempotencyKey: string): HoldfastFailure {
  const { code, details, message, retry, status, replayed, unresolved, path } = error;
  const info = { message, retry, status, replayed, unresolved, path, idempotencyKey };
  return failure(code, details, info, error);
}
