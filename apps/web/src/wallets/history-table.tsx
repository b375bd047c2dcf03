import type { ReactNode } from "react";
import { Skeleton } from "../ui/skeleton.tsx";

const head = "px-2 py-1.5 align-bottom font-normal whitespace-nowrap text-left";
const right = `${head} text-right`;

/** Columns where there is room for nine of them; else each row folds into three lines (see history-row.tsx). */
export function HistoryTable({ children }: { children: ReactNode }) {
  return (
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
  );
}

const LOADING = ["5rem", "3rem", "7rem", "4rem", "6rem", "3rem", "5rem", "4rem"];

export function LoadingRows() {
  return LOADING.map((width, index) => (
    <tr key={index} className="h-9 border-b border-line @max-3xl:flex @max-3xl:h-20 @max-3xl:items-center">
      <td colSpan={9} className="px-2">
        {index === 0 && <span className="sr-only">Reading the history</span>}
        <Skeleton width={width} />
      </td>
    </tr>
  ));
}
