import { useId } from "react";
import type { StoryEntry } from "./address.ts";

interface StoryListProps {
  stories: readonly StoryEntry[];
  chosen: string;
  onChoose: (id: string) => void;
}

/** The stories by their titles: native radios, so the arrows work, in a strip that scrolls where it is too long. */
export function StoryList({ stories, chosen, onChoose }: StoryListProps) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Stories, from five bug reports</legend>
      <div className="-mx-4 flex gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:-mx-6 sm:px-6">
        {stories.map(({ id, title }) => (
          <label
            key={id}
            className="relative flex min-h-8 items-center rounded-md border border-line px-2.5 py-1 whitespace-nowrap text-soft select-none has-checked:border-edge has-checked:bg-sunken has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent hover:text-ink pointer-coarse:min-h-10"
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
