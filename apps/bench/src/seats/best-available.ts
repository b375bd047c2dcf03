import { evenly, seeded } from "../draws.ts";
import { newKey } from "../keys.ts";
import { Latencies, merge } from "../load.ts";
import { together } from "../together.ts";
import type { Held } from "./box-office.ts";
import { holdfastSeats } from "./holdfast-box-office.ts";
import { skipLocked } from "./plain-contenders.ts";
import type { SeatLoad, SeatScenario, Stage } from "./seat-scenario.ts";

/** Parties of 2, 3 and 4. */
const SMALLEST = 2;
const SIZES = 3;

/** Nobody names a seat: each asks for so many of the best, side by side. */
export const bestAvailable: SeatScenario = {
  name: "best-available",
  description:
    "64 callers, each after the 2 to 4 best seats of one show (of 5,000) until it is full; then all are given back",
  contenders: [holdfastSeats, skipLocked],
  size: ({ seats }) => ({ seats, buyers: 0 }),
  run: fillAndEmpty,
};

async function fillAndEmpty(stage: Stage): Promise<SeatLoad> {
  const { office, books, house, callers, seed, onMeasure } = stage;
  await onMeasure();
  const startedMs = performance.now();
  const { held, latencies } = await fill(stage, seed);
  const filledMs = performance.now();
  await onMeasure();
  if (held.reduce((sum, { seats }) => sum + seats.length, 0) !== house.seats.length)
    books.fault("the show was told to be full before it was");
  books.check(await office.state(), office);

  const parties = held.filter(({ seats }) => seats.length > 1);
  const reservations = held.length;
  const emptyingMs = performance.now();
  await together(callers, async (isStopped) => {
    for (let mine = held.pop(); mine !== undefined && !isStopped(); mine = held.pop()) {
      if (await office.release(mine, newKey())) books.released(mine);
      else books.lost(mine);
    }
  });
  const emptiedMs = performance.now();
  return {
    operations: latencies.values.length,
    furtherOperations: reservations,
    seconds: (filledMs - startedMs) / 1_000,
    latenciesMs: merge([latencies]),
    reservations,
    releasesPerSecond: reservations / ((emptiedMs - emptyingMs) / 1_000),
    adjacentShare: parties.filter(({ seats }) => house.areAdjacent(seats)).length / parties.length,
  };
}

/** Parties come until one person alone finds no seat; whoever is refused asks for fewer. */
async function fill(
  { office, books, show, callers }: Stage,
  seed: number,
): Promise<{ held: Held[]; latencies: Latencies }> {
  const size = evenly(SIZES, seeded(seed));
  const latencies = new Latencies();
  const held: Held[] = [];
  let next = 0;
  let full = false;
  await together(callers, async (isStopped) => {
    while (!full && !isStopped()) {
      // A buyer holds seats once a show, so every party is somebody else.
      const buyer = next++;
      for (let wanted = SMALLEST + size(); wanted > 0; wanted--) {
        const ask = { show, buyer, wanted, key: newKey() };
        const askedMs = performance.now();
        const answer = await office.reserve(ask);
        latencies.add(performance.now() - askedMs);
        if (answer !== undefined) {
          if (answer.seats.length !== wanted)
            books.fault(`${wanted} seats were wanted, ${answer.seats.length} held`);
          books.held(answer);
          held.push(answer);
          break;
        }
        books.refused(ask, false);
        if (wanted === 1) full = true;
      }
    }
  });
  return { held, latencies };
}
