import type { Principal } from "@holdfast/db";

/** What the host lets a caller do, beside what its role allows. */
export interface Limits {
  /**
   * Counts calls that a principal makes: each call of a batched request, each command of a `wallets.batch`.
   *
   * @throws HoldfastError RATE_LIMITED for those that are too many; nothing of them is executed, or counted.
   */
  count(principal: Principal, calls: number): void;
  /**
   * A principal begins to watch; call what it returns when it ends.
   *
   * @throws HoldfastError RATE_LIMITED when it has too many subscriptions, OVERLOADED when the server has.
   */
  watch(principal: Principal): () => void;
}
