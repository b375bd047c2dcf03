import { newKey } from "../keys.ts";
import { Latencies, merge } from "../load.ts";
import { together } from "../together.ts";
import { createBuyers, LiveMap } from "./buyers.ts";
import { holdfastSeats } from "./holdfast-box-office.ts";
import { conditionalUpdate, perSeatLock } from "./plain-contenders.ts";
import type { SeatLoad, SeatScenario, Stage } from "./seat-scenario.ts";

const BUYERS_A_SEAT = 10;

/** Ten people a seat: each asks for what they want most of what they see, then elsewhere, and pays for what they get. */
export const onSale: SeatScenario = {
  name: "onsale",
  description:
    "10 buyers a seat, 64 at a time, each after 1 or 2 seats that the live map shows as free: the best ones, then any; who gets some pays; until all are sold",
  contenders: [holdfastSeats, conditionalUpdate, perSeatLock],
  size: ({ buyers }) => ({ seats: Math.max(1, Math.round(buyers / BUYERS_A_SEAT)), buyers }),
  run: sellOut,
};

async function sellOut(stage: Stage): Promise<SeatLoad> {
  const { office, books, house, show, callers, seed, onMeasure } = stage;
  const buyers = createBuyers(house.seats.length * BUYERS_A_SEAT, seed);
  const map = new LiveMap(house);
  const latencies = new Latencies();
  let next = 0;
  let left = house.seats.length;
  let attempts = 0;
  let reservations = 0;
  let sales = 0;

  await onMeasure();
  const startedMs = performance.now();
  let soldOutMs: number | undefined;
  await together(callers, async (isStopped) => {
    while (left > 0 && next < buyers.length && !isStopped()) {
      const buyer = next++;
      const who = buyers[buyer];
      for (let attempt = 0; who !== undefined && attempt < who.tries.length; attempt++) {
        const wanted = map.choose(who, attempt);
        if (wanted === undefined) break;
        const ask = { show, buyer, wanted, key: newKey() };
        const askedMs = performance.now();
        const held = await office.reserve(ask);
        latencies.add(performance.now() - askedMs);
        attempts++;
        if (held === undefined) {
          books.refused(ask, true);
          continue;
        }
        reservations++;
        map.take(held.seats);
        books.held(held);
        if (!(await office.confirm(held, newKey()))) books.lost(held);
        else {
          sales++;
          books.sold(held);
          left -= held.seats.length;
          if (left <= 0) soldOutMs ??= performance.now();
        }
        break;
      }
    }
  });
  const endedMs = performance.now();
  await onMeasure();
  return {
    operations: attempts + reservations,
    // Whoever was still asking when the last seat was sold is counted, so their time is as well.
    seconds: (endedMs - startedMs) / 1_000,
    latenciesMs: merge([latencies]),
    reservations,
    sales,
    soldOutSeconds: soldOutMs === undefined ? undefined : (soldOutMs - startedMs) / 1_000,
  };
}
