import { useId } from "react";
import type { StoryEntry } from "./address.ts";

interface StoryListProps {
  stories: readonly StoryEntry[];
  chosen: string;
  onChoose: (id: string) => void;
}

/** The stories by their titles: native radios, so the arrows work; a strip that scrolls where there is no room for a list. */
export function StoryList({ stories, chosen, onChoose }: StoryListProps) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="pb-2 text-sm text-faint max-lg:sr-only">Stories, from five bug reports</legend>
      <div className="-mx-4 flex gap-1.5 overflow-x-auto px-4 [scrollbar-width:none] sm:-mx-6 sm:px-6 lg:mx-0 lg:flex-col lg:gap-0.5 lg:overflow-visible lg:px-0">
        {stories.map(({ id, title }) => (
          <label
            key={id}
            className="relative flex min-h-8 items-center rounded-md px-2.5 py-1 text-soft select-none has-checked:bg-sunken has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent hover:text-ink max-lg:border max-lg:border-line max-lg:whitespace-nowrap max-lg:has-checked:border-edge lg:border-l-2 lg:border-transparent lg:has-checked:border-accent pointer-coarse:min-h-10"
          >
            <input
              type="radio"
              name={name}
              value={id}
              checked={id === chosen}
              onChange={() => onChoose(id)}
              className="sr-only"
            />
            {title}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
