import type { Catalogue } from "@holdfast/race-lab/stories";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Page } from "../app/page.tsx";
import { choiceOf, type RaceSearch, sides } from "./address.ts";
import { Announcer } from "./announcer.tsx";
import { Lane } from "./lane/lane.tsx";
import { Plots } from "./plots/plots.tsx";
import { RaceLabFailed, RaceLabLoading } from "./race-lab-states.tsx";
import { RunBar } from "./run-bar.tsx";
import { type Drafts, SettingsFold } from "./settings-fold.tsx";
import { StoryList } from "./story-list.tsx";
import { useCatalogue } from "./use-catalogue.ts";
import { useRaces } from "./use-races.ts";

/** Two ways to write one update, raced on the real database: which of them loses something? */
export function RaceLabPage({ search }: { search: RaceSearch }) {
  const { data, error, isFetching, refetch } = useCatalogue();
  return (
    <Page title="Race lab">
      {data ? (
        <Lab catalogue={data} search={search} />
      ) : error ? (
        <RaceLabFailed error={error} busy={isFetching} onRetry={() => void refetch()} />
      ) : (
        <RaceLabLoading />
      )}
    </Page>
  );
}

function Lab({ catalogue, search }: { catalogue: Catalogue; search: RaceSearch }) {
  const navigate = useNavigate();
  const choice = choiceOf(catalogue, search);
  const races = useRaces(choice);
  const [drafts, setDrafts] = useState<Drafts>({});
  const { story } = choice;

  function change(next: RaceSearch) {
    void navigate({ to: "/race-lab", search: next, replace: true, resetScroll: false });
  }

  return (
    <div className="flex min-w-0 flex-col gap-5">
      <StoryList
        stories={catalogue.stories}
        chosen={story.id}
        onChoose={(id) => {
          setDrafts({});
          change({ story: id });
        }}
      />
      <div className="flex max-w-[52rem] flex-col gap-2">
        <h2 className="text-lg font-semibold">{story.title}</h2>
        <p className="text-soft">{story.tale}</p>
        <p>
          <span className="text-soft">What must hold: </span>
          {story.rule}
        </p>
      </div>
      <RunBar choice={choice} races={races} isValid={Object.keys(drafts).length === 0} />
      <SettingsFold
        limits={catalogue.limits}
        choice={choice}
        drafts={drafts}
        onDrafts={setDrafts}
        onChange={(settings) => change({ ...search, ...settings })}
      />
      <div className="grid gap-x-8 gap-y-8 grid-cols-[minmax(0,1fr)] xl:grid-cols-2">
        {sides.map((side) => (
          <Lane
            key={side}
            side={side}
            choice={choice}
            race={races[side]}
            isRunning={races.isRunning}
            onChoose={(id) => change({ ...search, [side]: id })}
            onRun={() => races.run([side])}
          />
        ))}
      </div>
      <Plots choice={choice} races={races} />
      <Announcer choice={choice} races={races} />
    </div>
  );
}
