import type { Attempt } from "./attempts.ts";

/** A batch of a thousand commands is no easier to judge at full length. */
const MAX_LINE = 4_000;
/** A key may have been sent a thousand times. */
const MAX_LINES = 24;

/** The history lines of these attempts as they were written, in the order of their sending. */
export function linesOf(attempts: Iterable<Attempt>): string[] {
  const lines = [...new Set(attempts)]
    .sort((a, b) => a.sent.atMs - b.sent.atMs)
    .flatMap(({ sent, replied }) => (replied === undefined ? [sent] : [sent, replied]))
    .map((event) => shorten(JSON.stringify(event)));
  return lines.length <= MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more lines`];
}

/** A row of a table, named, with its amounts as decimal strings. */
export function rowLine(table: string, row: object | undefined): string {
  if (row === undefined) return `${table}: no row`;
  return shorten(
    `${table}: ${JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value))}`,
  );
}

function shorten(line: string): string {
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}…`;
}
