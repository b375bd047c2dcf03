import { useWalletHistory, type Wallet } from "@holdfast/react";
import { type ReactNode, useState } from "react";
import { Button } from "../ui/button.tsx";
import { formatAmount } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { HistoryRow } from "./history-row.tsx";
import { HistoryTable, LoadingRows } from "./history-table.tsx";
import { UndecidedBoost } from "./undecided-boost.tsx";
import { whyUnread } from "./wallet-states.tsx";

/** What changed the wallet, newest first. Versions have no gaps, so the range says how much there is. */
export function History({ wallet }: { wallet: Wallet | undefined }) {
  return (
    <section aria-labelledby="history" className="@container flex flex-col gap-2">
      {wallet ? (
        <LoadedHistory wallet={wallet} />
      ) : (
        <>
          <Heading />
          <HistoryTable>
            <LoadingRows />
          </HistoryTable>
        </>
      )}
    </section>
  );
}

function LoadedHistory({ wallet }: { wallet: Wallet }) {
  const { walletId, version, currency } = wallet;
  const history = useWalletHistory(walletId, { version });
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, fetchNextPage, refetch } = history;
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const newest = entries.at(0)?.version;
  // What came after the first look lights up once.
  const [firstSeen, setFirstSeen] = useState<string>();
  if (firstSeen === undefined && data) setFirstSeen(newest ?? "0");

  return (
    <>
      <Heading
        range={
          newest && `versions ${formatAmount(entries.at(-1)?.version ?? newest)} to ${formatAmount(newest)}`
        }
      >
        <UndecidedBoost walletId={walletId} unit={currency} />
      </Heading>
      {error && !data ? (
        <Notice
          state="attention"
          title="The history could not be read"
          actions={
            <Button inert={isFetching} onClick={() => void refetch()}>
              {isFetching ? "Trying" : "Try again"}
            </Button>
          }
        >
          <p className="text-soft">{whyUnread(error)}</p>
        </Notice>
      ) : data && entries.length === 0 ? (
        <p className="rounded-lg border border-dashed border-edge px-5 py-8 text-soft">
          No entries yet. The first credit will stand here as version 1.
        </p>
      ) : (
        <HistoryTable>
          {!data && <LoadingRows />}
          {entries.map((entry) => (
            <HistoryRow
              key={entry.version}
              entry={entry}
              unit={currency}
              isNew={firstSeen !== undefined && BigInt(entry.version) > BigInt(firstSeen)}
            />
          ))}
        </HistoryTable>
      )}
      {hasNextPage && (
        <div>
          <Button inert={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? "Reading older" : "Older"}
          </Button>
        </div>
      )}
    </>
  );
}

/** One line of fixed height: what comes and goes in it moves nothing. */
function Heading({ range, children }: { range?: string | undefined; children?: ReactNode }) {
  return (
    <div className="flex h-7 items-center justify-between gap-4">
      <h2 id="history" className="text-lg font-semibold tracking-tight">
        History
      </h2>
      {children}
      <p className="figures ml-auto text-sm whitespace-nowrap text-faint">{range}</p>
    </div>
  );
}
