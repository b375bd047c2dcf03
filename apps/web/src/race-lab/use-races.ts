import { useEffect, useRef, useState } from "react";
import { addressOf, type Choice, type Side } from "./address.ts";
import { after, idle, type Problem, type Race, waiting } from "./race.ts";
import { RunRefused, runRace } from "./run-race.ts";

type Races = Readonly<Record<Side, Race>>;

export interface RunningRaces extends Races {
  readonly isRunning: boolean;
  /** One after the other, so that neither slows the other down. */
  run(sides: readonly Side[]): void;
  stop(): void;
}

const NONE: Races = { left: idle, right: idle };

/** The runs of a choice; another choice begins without any, and ends those that are under way. */
export function useRaces(choice: Choice): RunningRaces {
  const of = addressOf(choice);
  const [shown, setShown] = useState({ of, races: NONE });
  const leave = useRef<AbortController>(undefined);
  const { races } = shown.of === of ? shown : { races: NONE };

  // A run ends with the choice that it is of.
  useEffect(
    () => () => {
      leave.current?.abort();
      leave.current = undefined;
    },
    [of],
  );

  async function run(wanted: readonly Side[]) {
    leave.current?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    leave.current = controller;
    const change = (side: Side, next: (race: Race) => Race) => {
      // What an earlier run still has to say is about races that are no longer shown.
      if (leave.current !== controller) return;
      setShown((before) => {
        const known = before.of === of ? before.races : NONE;
        return { of, races: { ...known, [side]: next(known[side]) } };
      });
    };
    for (const side of wanted) change(side, () => waiting);
    for (const side of wanted) {
      if (signal.aborted) break;
      try {
        for await (const events of runRace(choice, side, signal)) change(side, (race) => after(race, events));
        change(side, (race) => (isUnderWay(race) ? failed({ code: "CUT", message: CUT }) : race));
      } catch (error) {
        if (!signal.aborted) change(side, () => failed(problemOf(error)));
      }
    }
    for (const side of wanted)
      change(side, (race) => (isUnderWay(race) ? { ...race, status: "stopped" } : race));
  }

  return {
    ...races,
    isRunning: isUnderWay(races.left) || isUnderWay(races.right),
    run: (wanted) => void run(wanted),
    stop: () => leave.current?.abort(),
  };
}

const isUnderWay = ({ status }: Race) => status === "waiting" || status === "running";
const failed = (problem: Problem): Race => ({ ...idle, status: "failed", problem });
const CUT = "The connection broke off before the verdict, and the run ended with it. Run it again.";

function problemOf(error: unknown): Problem {
  if (error instanceof RunRefused) return error.problem;
  return { code: "UNREACHABLE", message: "The server did not answer. Run it again when it does." };
}
