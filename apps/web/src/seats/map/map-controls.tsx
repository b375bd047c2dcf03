import { Tooltip } from "../../ui/tooltip.tsx";

interface MapControlsProps {
  sections: readonly { readonly id: string; readonly name: string }[];
  whole: boolean;
  onSection: (id: string) => void;
  onWhole: () => void;
  onZoom: (factor: number) => void;
}

const square =
  "flex size-8 items-center rounded-md justify-center text-soft hover:bg-sunken hover:text-ink aria-disabled:text-faint aria-disabled:hover:bg-surface pointer-coarse:size-10 -outline-offset-2";
const chip =
  "min-h-8 rounded-md px-2.5 text-sm whitespace-nowrap text-soft hover:bg-sunken hover:text-ink pointer-coarse:min-h-10";

/** The ways to a part of the house, without a wheel or two fingers. */
export function SectionButtons({ sections, whole, onSection, onWhole }: Omit<MapControlsProps, "onZoom">) {
  return (
    <fieldset className="flex min-w-0 items-center gap-0.5 overflow-x-auto [scrollbar-width:none]">
      <legend className="sr-only">Zoom to</legend>
      <button
        type="button"
        onClick={onWhole}
        aria-pressed={whole}
        className={`${chip} aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-ink`}
      >
        Whole house
      </button>
      {sections.map(({ id, name }) => (
        <button key={id} type="button" onClick={() => onSection(id)} className={chip}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}

export function ZoomButtons({ whole, onZoom }: Pick<MapControlsProps, "whole" | "onZoom">) {
  return (
    <div className="flex shrink-0">
      <Tooltip content="Nearer">
        <button type="button" aria-label="Nearer" onClick={() => onZoom(1.8)} className={square}>
          <Glyph d="M8 3.5v9M3.5 8h9" />
        </button>
      </Tooltip>
      <Tooltip content="Further away">
        <button
          type="button"
          aria-label="Further away"
          aria-disabled={whole || undefined}
          onClick={() => !whole && onZoom(1 / 1.8)}
          className={square}
        >
          <Glyph d="M3.5 8h9" />
        </button>
      </Tooltip>
    </div>
  );
}

function Glyph({ d }: { d: string }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
    >
      <path d={d} />
    </svg>
  );
}
