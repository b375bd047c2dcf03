import type { useWallets } from "@holdfast/react";
import { useServerAnswers } from "../app/connection-context.tsx";
import { useOnline } from "../app/use-online.ts";
import { useNow } from "../ui/clock.ts";
import { clockTime, relativeTime } from "../ui/format.ts";
import { RefreshIcon } from "../ui/icons.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

/** How old the figures are, and why. Always one line, so nothing moves when it changes. */
export function Freshness({ read }: { read: ReturnType<typeof useWallets> }) {
  const online = useOnline();
  const now = useNow();
  const { dataUpdatedAt, isError, isFetching, refetch } = read;
  const asOf = dataUpdatedAt ? `figures as of ${clockTime(dataUpdatedAt)}` : "nothing read yet";
  const answers = useServerAnswers();
  const trouble = whatIsWrong(online, answers, isError);

  return (
    <div className="flex min-h-8 items-center gap-1.5 text-sm text-soft">
      <span role="status" className="flex items-center gap-1.5">
        {trouble && (
          <>
            <StateMark state="attention" size={14} />
            {trouble}, {asOf}
          </>
        )}
      </span>
      {!trouble && (dataUpdatedAt ? `Read ${relativeTime(dataUpdatedAt, now)}` : "Reading")}
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
