import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const BYTES = 16;
/** Randomness for many ids at once: asked for one by one, it costs more than the rest of a decision. */
const pool = new Uint8Array(BYTES * 256);
let used = pool.length;
let sequence = randomFillSync(new Uint32Array(1))[0] ?? 0;

/** A UUIDv7. Ids of one process are in the order in which they were made. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  sequence = (sequence + 1) >>> 0;
  used += BYTES;
  return v7({ random: pool.subarray(used - BYTES, used), seq: sequence });
}
