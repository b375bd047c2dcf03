import { type MarkedState, StateMark } from "../ui/state-mark.tsx";

/** One of two calls that want the same row. Places are in per cent of the time that is shown. */
export interface Lane {
  readonly name: string;
  readonly from: number;
  /** Where it has the row's lock; before that it waits. */
  readonly locked: number;
  readonly until: number;
  readonly mark: MarkedState;
  readonly word: string;
}

/** Two calls at the same moment and what becomes of each. What it shows is said in words beside it. */
export function Lanes({ lanes }: { lanes: readonly Lane[] }) {
  return (
    <div aria-hidden="true" className="flex flex-col gap-1 text-xs text-faint">
      {lanes.map((lane) => (
        <div key={lane.name} className="grid grid-cols-[3.25rem_1fr_6.25rem] items-center gap-2">
          <span className="text-right">{lane.name}</span>
          <LaneLine lane={lane} />
          <span className="truncate">{lane.word}</span>
        </div>
      ))}
    </div>
  );
}

function LaneLine({ lane: { from, locked, until, mark } }: { lane: Lane }) {
  return (
    <span className="relative h-4">
      <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
      <span
        className="absolute top-1/2 border-t border-dashed border-faint"
        style={{ left: `${from}%`, width: `${locked - from}%` }}
      />
      <span
        className="absolute top-1/2 h-1 -translate-y-1/2 rounded-sm bg-accent"
        style={{ left: `${locked}%`, width: `${until - locked}%` }}
      />
      <span className="absolute top-1/2 -translate-1/2 bg-canvas px-0.5" style={{ left: `${until}%` }}>
        <StateMark state={mark} size={13} />
      </span>
    </span>
  );
}
