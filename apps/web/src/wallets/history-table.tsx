import type { ReactNode } from "react";
import { Skeleton } from "../ui/skeleton.tsx";

const head = "px-2 py-1.5 align-bottom font-normal whitespace-nowrap text-left";
const right = `${head} text-right`;

/** Columns where there is room for nine of them; else each row folds into three lines (see history-row.tsx). */
export function HistoryTable({ children }: { children: ReactNode }) {
  return (
    <div className="-mx-1 overflow-x-auto px-1">
      <table className="w-full border-collapse text-base @max-3xl:block">
        <caption className="sr-only">Entries of this wallet, newest first</caption>
        <thead className="text-sm text-faint @max-3xl:sr-only">
          <tr className="border-b border-line">
            <th scope="col" className={`${right} pl-0`}>
              Version
            </th>
            <th scope="col" className={head}>
              When
            </th>
            <th scope="col" className={head}>
              Kind
            </th>
            <th scope="col" className={right}>
              Amount
            </th>
            <th scope="col" className={right}>
              Held
              <br />
              change
            </th>
            <th scope="col" className={right}>
              Balance
              <br />
              after
            </th>
            <th scope="col" className={`${head} pl-5`}>
              Counterparty
            </th>
            <th scope="col" className={`${head} w-full`}>
              Note
            </th>
            <th scope="col" className={`${head} pr-0`}>
              Operation
            </th>
          </tr>
        </thead>
        <tbody className="@max-3xl:block @max-3xl:border-t @max-3xl:border-line">{children}</tbody>
      </table>
    </div>
  );
}

const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** As wide as the texts that will stand there, so that the columns stay where they are. */
const CELLS = [
  { column: "version", width: "1rem", align: "text-right pl-0" },
  { column: "when", width: "3.75rem", align: "" },
  { column: "kind", width: "2.5rem", align: "" },
  { column: "amount", width: "5rem", align: "text-right" },
  { column: "held", width: "0.5rem", align: "text-right" },
  { column: "balance", width: "5rem", align: "text-right" },
  { column: "counterparty", width: "3rem", align: "pl-5" },
  { column: "note", width: "6rem", align: "" },
  { column: "operation", width: "4.25rem", align: "pr-0" },
];

export function LoadingRows() {
  return ROWS.map((row) => (
    <tr
      key={row}
      className="h-9 border-b border-line @max-3xl:flex @max-3xl:h-20 @max-3xl:items-center @max-3xl:*:nth-[n+5]:hidden"
    >
      {CELLS.map(({ column, width, align }) => (
        <td key={column} className={`px-2 ${align}`}>
          <Skeleton width={width} />
        </td>
      ))}
    </tr>
  ));
}
