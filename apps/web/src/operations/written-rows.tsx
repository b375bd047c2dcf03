import { isWhole, RecordedValue } from "./recorded-value.tsx";
import type { Explanation } from "./use-explanation.ts";

type Rows = Explanation["wrote"];

const head = "py-1 pr-4 font-normal whitespace-nowrap text-faint";

/** What an operation wrote, a table each, as the rows are now. */
export function WrittenRows({ rows }: { rows: Rows }) {
  const tables = [...new Set(rows.map(({ table }) => table))];
  return tables.map((table) => (
    <RowsOfTable key={table} table={table} rows={rows.filter((row) => row.table === table)} />
  ));
}

function RowsOfTable({ table, rows }: { table: string; rows: Rows }) {
  const columns = [...new Set(rows.flatMap(({ row }) => Object.keys(row)))];
  const alignment = (column: string) =>
    rows.every(({ row }) => isWhole(row[column] ?? "0")) ? "text-right" : "text-left";
  return (
    // Wider than a phone: it scrolls by itself, also by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a pointer
    <section aria-label={`Rows of ${table}`} tabIndex={0} className="overflow-x-auto">
      <table className="figures w-full border-collapse text-sm">
        <caption className="pb-1 text-left font-medium">{table}</caption>
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th key={column} scope="col" className={`${head} ${alignment(column)}`}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row }) => (
            <tr key={JSON.stringify(row)} className="border-b border-line">
              {columns.map((column) => (
                <td
                  key={column}
                  className={`py-1 pr-4 align-baseline whitespace-nowrap ${alignment(column)}`}
                >
                  <Cell column={column} value={row[column]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ column, value }: { column: string; value: string | boolean | null | undefined }) {
  if (value === null || value === undefined) return <span className="text-faint">–</span>;
  const text = String(value);
  return (
    <span title={text} className="inline-block max-w-72 truncate align-bottom">
      <RecordedValue name={column} value={text} />
    </span>
  );
}
