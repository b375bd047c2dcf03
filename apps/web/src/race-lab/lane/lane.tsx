import { useId } from "react";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import type { Choice, Side } from "../address.ts";
import type { Race } from "../race.ts";
import { Code } from "./code.tsx";
import { Counts } from "./counts.tsx";
import { Outcome } from "./outcome.tsx";
import { RoundTimeline } from "./round-timeline.tsx";

interface LaneProps {
  side: Side;
  choice: Choice;
  race: Race;
  isRunning: boolean;
  onChoose: (strategy: string) => void;
  onRun: () => void;
}

/** One strategy: what came of it, who did what when, and its code. */
export function Lane({ side, choice, race, isRunning, onChoose, onRun }: LaneProps) {
  const id = useId();
  const online = useOnline();
  const { story, [side]: strategy } = choice;
  const place = side === "left" ? "First strategy" : "Second strategy";
  return (
    <section
      aria-labelledby={`${id}-name`}
      data-lane={side}
      className="@container flex min-w-0 flex-col gap-4"
    >
      <h3 id={`${id}-name`} className="sr-only">
        {place}: {strategy.name}
      </h3>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <label htmlFor={id} className="sr-only">
            {place}
          </label>
          <Select
            id={id}
            value={strategy.id}
            options={story.strategies.map(({ id: value, name, holds }) => ({
              value,
              label: name,
              ...(holds ? {} : { detail: "careless" }),
            }))}
            placeholder="Choose a strategy"
            onChange={onChoose}
          />
        </div>
        <Button inert={isRunning || !online} onClick={onRun}>
          Run this one
        </Button>
      </div>
      <p className="min-h-[4.5rem] text-sm text-soft @md:min-h-[3.375rem]">{strategy.because}</p>
      <Outcome race={race} settings={choice.settings} onRun={onRun} />
      <Counts race={race} />
      <RoundTimeline race={race} name={`${place}: who did what`} />
      <Code strategy={strategy} />
    </section>
  );
}
