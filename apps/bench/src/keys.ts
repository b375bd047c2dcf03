import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const BYTES = 16;
const pool = new Uint8Array(BYTES * 1_024);
let used = pool.length;

/** An idempotency key as Holdfast's client makes them, without the price of a system call each. */
export function newKey(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return v7({ random: pool.subarray(used - BYTES, used) });
}
