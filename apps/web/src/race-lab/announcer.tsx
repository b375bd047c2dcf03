import { type Choice, type Side, sides } from "./address.ts";
import type { Race } from "./race.ts";

/** Says how the races go to those who don't see it: when one begins, and how it ends; not every figure of it. */
export function Announcer({ choice, races }: { choice: Choice; races: Readonly<Record<Side, Race>> }) {
  return (
    <p role="status" className="sr-only">
      {sides.map((side) => said(choice[side].name, races[side])).join(" ")}
    </p>
  );
}

function said(name: string, { status, verdict, problem }: Race): string {
  switch (status) {
    case "idle":
    case "waiting":
      return "";
    case "running":
      return `${name} is running.`;
    case "stopped":
      return `${name} was stopped.`;
    case "failed":
      return `${name} did not run: ${problem?.message}`;
    case "ended":
      return `${name}: ${verdict?.sentence}`;
  }
}
