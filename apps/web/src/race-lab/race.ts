import type { LabEvent, Sample, Step, Verdict } from "@holdfast/race-lab/stories";

/** Why a run has no verdict. */
export interface Problem {
  /** Of the error table, or "UNREACHABLE": no answer came; "CUT": it broke off; "UNEXPECTED_REPLY": not Holdfast's. */
  readonly code: string;
  readonly message: string;
}

/** One strategy's run, as far as it is told. */
export interface Race {
  readonly status: "idle" | "waiting" | "running" | "ended" | "stopped" | "failed";
  /** The steps of each round, in their order. */
  readonly rounds: ReadonlyMap<number, readonly Step[]>;
  readonly samples: readonly Sample[];
  readonly verdict?: Verdict;
  readonly problem?: Problem;
}

/** A run may have thousands; the first ones show what happens in all of them. */
const KEPT_ROUNDS = 60;

export const idle: Race = { status: "idle", rounds: new Map(), samples: [] };
export const waiting: Race = { ...idle, status: "waiting" };

/** The race after some more events. */
export function after(race: Race, events: readonly LabEvent[]): Race {
  return events.reduce(next, race);
}

function next(race: Race, event: LabEvent): Race {
  switch (event.type) {
    case "started":
      return { ...idle, status: "running" };
    case "steps":
      return { ...race, rounds: withSteps(race.rounds, event.steps) };
    case "sample":
      return { ...race, samples: [...race.samples, event] };
    case "verdict":
      return { ...race, status: "ended", verdict: event };
    case "failed":
      return { ...race, status: "failed", problem: event };
  }
}

function withSteps(rounds: Race["rounds"], steps: readonly Step[]): Race["rounds"] {
  const grown = new Map(rounds);
  for (const step of steps) {
    const known = grown.get(step.round);
    if (known === undefined && grown.size >= KEPT_ROUNDS) continue;
    grown.set(step.round, [...(known ?? []), step]);
  }
  return grown;
}
