import type { Settings } from "./settings.ts";
import { type Place, roundsOf } from "./story.ts";

/** One sending of a call, by somebody. */
export interface Delivery<Call> {
  readonly call: Call;
  readonly number: number;
  readonly round: number;
  readonly caller: string;
  /** How many of its answers are lost before one arrives. */
  readonly lostAnswers: number;
}

/** A call with its deliveries, which are made at the same moment. */
export type Turn<Call> = readonly Delivery<Call>[];

/** Nobody loses more answers in a row: with 100 percent the run would have no end. */
const MOST_LOST_ANSWERS = 3;

/** Who calls what, round by round. It follows from the settings alone. */
export function planOf<Call>(
  settings: Settings,
  callerName: string,
  callOf: (of: Place) => Call,
): readonly (readonly Turn<Call>[])[] {
  const random = seeded(settings.seed);
  const happens = (percent: number): boolean => random() * 100 < percent;
  const lostAnswers = (): number => {
    let lost = 0;
    while (lost < MOST_LOST_ANSWERS && happens(settings.lostAnswersPercent)) lost++;
    return lost;
  };
  const turnOf = (of: Place): Turn<Call> => {
    const { number, round } = of;
    const call = callOf(of);
    const caller = `${callerName} ${of.place}`;
    const names = happens(settings.duplicatesPercent) ? [caller, `${caller}, again`] : [caller];
    return names.map((name) => ({ call, number, round, caller: name, lostAnswers: lostAnswers() }));
  };
  return Array.from({ length: roundsOf(settings) }, (_, at) => {
    const before = at * settings.callers;
    const length = Math.min(settings.callers, settings.calls - before);
    return Array.from({ length }, (_, index) =>
      turnOf({ number: before + index + 1, round: at + 1, place: index + 1 }),
    );
  });
}

/** The same numbers from 0 up to 1 for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
