import type { SeatMap } from "@holdfast/react";
import { useOnline } from "../app/use-online.ts";
import { StateMark } from "../ui/state-mark.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

/** Whether what is on the map is what is so. Always one line, so nothing moves when it changes. */
export function FeedState({ freshness, version }: Pick<SeatMap, "freshness" | "version">) {
  const online = useOnline();
  const isLive = online && freshness === "live";
  const word = !online
    ? "Offline"
    : isLive
      ? "Live"
      : freshness === "connecting"
        ? "Connecting…"
        : "Reconnecting…";
  return (
    <div className="flex min-h-8 items-center gap-2 text-sm text-soft">
      <span
        role="status"
        data-freshness={online ? freshness : "offline"}
        className="flex items-center gap-1.5"
      >
        {isLive ? <LiveMark /> : <StateMark state={online ? "pending" : "attention"} size={14} />}
        <span className={isLive ? "font-medium text-ink" : ""}>{word}</span>
      </span>
      {version !== undefined && (
        <Tooltip
          content={
            isLive
              ? "Every change until this version is on the map"
              : "What changed since is not on the map yet"
          }
        >
          <button type="button" className="figures rounded-sm text-faint">
            {/* On a phone it would be a second line, and the map below it would jump. */}
            {!isLive && <span className="max-sm:sr-only">seats as of </span>}version {version}
          </button>
        </Tooltip>
      )}
    </div>
  );
}

function LiveMark() {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" className="text-accent">
      <circle cx="7" cy="7" r="3" fill="currentColor" />
      <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.2" opacity="0.5" />
    </svg>
  );
}
