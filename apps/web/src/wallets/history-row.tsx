import type { HistoryEntry } from "@holdfast/react";
import { useOwnerName } from "../session/use-people.ts";
import { Amount } from "../ui/amount.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { kindName } from "./kinds.ts";

interface HistoryRowProps {
  entry: HistoryEntry;
  unit: string;
  /** Came while the page was open. */
  isNew: boolean;
}

/** A balance and unit of more characters than this would push other columns out. */
const MOST_UNFOLDED = 16;

const cell = "px-2 py-1.5 align-baseline @max-3xl:p-0";
const right = `${cell} text-right`;

export function HistoryRow({ entry, unit, isNew }: HistoryRowProps) {
  const noHeldChange = entry.heldChange === "0";
  const folds = entry.balance.length + unit.length > MOST_UNFOLDED;
  return (
    <tr
      data-version={entry.version}
      className={`border-b border-line hover:bg-sunken/60 @max-3xl:grid @max-3xl:grid-cols-[auto_auto_1fr_auto] @max-3xl:items-baseline @max-3xl:gap-x-2.5 @max-3xl:py-2.5 @max-3xl:[grid-template-areas:'kind_who_who_amount'_'note_note_note_held'_'version_when_operation_balance'] ${isNew ? "animate-changed" : ""}`}
    >
      <td className={`${right} figures pl-0 text-faint [grid-area:version] @max-3xl:text-left`}>
        <span className="@3xl:hidden">v</span>
        {entry.version}
      </td>
      <td className={`${cell} figures min-w-20 text-soft [grid-area:when]`}>
        <RelativeTime at={entry.at} />
      </td>
      <td className={`${cell} font-medium [grid-area:kind]`}>{kindName(entry.kind)}</td>
      <td className={`${right} font-medium [grid-area:amount]`}>
        <Change value={entry.amount} unit={unit} folds={folds} />
      </td>
      <td className={`${right} [grid-area:held] ${noHeldChange ? "@max-3xl:sr-only" : ""}`}>
        <Change value={entry.heldChange} unit={unit} folds={folds} />
        <span className="text-faint @3xl:hidden"> held</span>
      </td>
      <td className={`${right} text-soft [grid-area:balance]`}>
        <span className="@3xl:hidden">=&nbsp;</span>
        <Amount value={entry.balance} unit={unit} folds={folds} />
      </td>
      <td className={`${cell} pl-5 whitespace-nowrap [grid-area:who]`}>
        <Counterparty entry={entry} />
      </td>
      <td className={`${cell} min-w-0 text-soft [grid-area:note]`}>
        <Note entry={entry} />
      </td>
      <td className={`${cell} pr-0 [grid-area:operation]`}>
        <CopyId id={entry.operationId} what="operation id" />
      </td>
    </tr>
  );
}

/** A plain 0 where nothing changed, so that the eye finds what did. */
function Change({ value, unit, folds }: { value: string; unit: string; folds: boolean }) {
  if (value === "0") return <span className="figures font-normal text-faint">0</span>;
  return <Amount value={value} unit={unit} folds={folds} signed />;
}

function Counterparty({ entry }: { entry: HistoryEntry }) {
  const nameOf = useOwnerName();
  const { counterpartyWalletId: other, source } = entry;
  if (!other) return source && <span className="text-soft">from {source}</span>;
  return (
    <>
      <span className="text-soft">{BigInt(entry.amount) < 0n ? "to" : "from"} </span>
      {nameOf(other) ?? <CopyId id={other} what="wallet id" />}
    </>
  );
}

function Note({ entry }: { entry: HistoryEntry }) {
  const text = [entry.message ?? entry.memo, entry.episodeTitle].filter((part) => part !== undefined);
  if (text.length === 0) return null;
  return (
    <span title={text.join("\n")} className="line-clamp-2 wrap-anywhere">
      {entry.message ?? entry.memo}
      {text.length === 2 && <span className="text-faint"> · </span>}
      {entry.episodeTitle && <cite className="text-faint not-italic">{entry.episodeTitle}</cite>}
    </span>
  );
}
