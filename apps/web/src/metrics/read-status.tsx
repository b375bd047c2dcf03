import { useOnline } from "../app/use-online.ts";
import { clockTime } from "../ui/format.ts";
import { StateMark } from "../ui/state-mark.tsx";
import { EVERY_MS, WINDOW_MS } from "./timeline.ts";
import type { useTimeline } from "./use-timeline.ts";

/** How the figures come about, and whether they still do. Always one line, so nothing moves when it changes. */
export function ReadStatus({ read }: { read: ReturnType<typeof useTimeline> }) {
  const online = useOnline();
  const { data, dataUpdatedAt, error } = read;
  const trouble = online ? error?.message : "Offline.";
  return (
    <div className="flex min-h-8 items-center text-sm text-soft">
      <span role="status" className="flex items-center gap-1.5">
        {trouble && (
          <>
            <StateMark state="attention" size={14} />
            {trouble} Figures as of {clockTime(dataUpdatedAt)}.
          </>
        )}
      </span>
      {!trouble && (data ? HOW : "Reading")}
    </div>
  );
}

const HOW = `This server, every ${EVERY_MS / 1_000} s; each point tells of the ${WINDOW_MS / 1_000} s before it`;
