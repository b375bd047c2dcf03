import { type Fault, pause } from "./fault.ts";

/** The clients' clocks jump by hours: their time-ordered keys go backwards, or far ahead. */
export const shiftClocks: Fault = {
  name: "clients: clocks off by hours",
  async strike({ workload, random }) {
    const before = workload.counts.intents;
    workload.clockShiftMs = random.pick([-1, 1]) * random.whole(1, 12) * 3_600_000;
    await pause(random.whole(500, 1_500));
    workload.clockShiftMs = 0;
    return workload.counts.intents > before ? 1 : 0;
  },
};
