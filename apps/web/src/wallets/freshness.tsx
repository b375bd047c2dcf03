import { useFeedState, type useWallets } from "@holdfast/react";
import { useState } from "react";
import { useServerAnswers } from "../app/connection-context.tsx";
import { FeedMark } from "../app/feed-mark.tsx";
import { useOnline } from "../app/use-online.ts";
import { useNow } from "../ui/clock.ts";
import { clockTime, relativeTime } from "../ui/format.ts";
import { RefreshIcon } from "../ui/icons.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

/** Whether the figures are live, else how old they are, and why. Always one line, so nothing moves when it changes. */
export function Freshness({ read }: { read: ReturnType<typeof useWallets> }) {
  const online = useOnline();
  const now = useNow();
  const { data, dataUpdatedAt, isError, isFetching, refetch } = read;
  const asOf = dataUpdatedAt ? `figures as of ${clockTime(dataUpdatedAt)}` : "nothing read yet";
  const answers = useServerAnswers();
  const isLive = useFeedState() === "live";
  const [wasLive, setWasLive] = useState(false);
  if (isLive && !wasLive) setWasLive(true);
  // What is live is right, whatever became of a read that was made while it wasn't.
  const trouble = whatIsWrong(online, answers, isError && !isLive);
  // Without a wallet there is nothing to be told of: then the list is read every few seconds.
  const watches = data !== undefined && data.length > 0;

  return (
    <div className="flex min-h-8 items-center gap-1.5 text-sm text-soft">
      <span role="status" className="flex items-center gap-1.5">
        {trouble && (
          <>
            <StateMark state="attention" size={14} />
            {trouble}, {asOf}
          </>
        )}
        {!trouble && watches && (
          <>
            <FeedMark isLive={isLive} />
            {isLive ? "Live" : wasLive ? `Reconnecting, ${asOf}` : "Connecting"}
          </>
        )}
      </span>
      {!trouble && !watches && (dataUpdatedAt ? `Read ${relativeTime(dataUpdatedAt, now)}` : "Reading")}
      <Tooltip content="Read again">
        <button
          type="button"
          aria-label="Read the wallets again"
          aria-disabled={!online || undefined}
          onClick={() => online && void refetch()}
          className="flex size-7 items-center justify-center rounded-md text-faint hover:bg-sunken hover:text-ink aria-disabled:opacity-50 pointer-coarse:size-10"
        >
          <span className={isFetching && online ? "animate-sweep" : ""}>
            <RefreshIcon />
          </span>
        </button>
      </Tooltip>
    </div>
  );
}

function whatIsWrong(online: boolean, answers: boolean, failed: boolean): string | undefined {
  if (!online) return "Offline";
  if (!answers) return "The server does not answer";
  return failed ? "The last read failed" : undefined;
}
