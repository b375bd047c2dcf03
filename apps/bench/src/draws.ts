/** Draws whole numbers from 0; the shape of a load. */
export type Draw = () => number;

/** Numbers from 0 up to 1. */
export type Random = () => number;

export const evenly =
  (count: number, random: Random = Math.random): Draw =>
  () =>
    Math.floor(random() * count);

/** Zipf's law with exponent 1: what has rank r is drawn 1/r as often as the first. */
export function zipf(count: number, random: Random = Math.random): Draw {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) {
    sum += 1 / rank;
    upTo[rank - 1] = sum;
  }
  return () => {
    const at = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
