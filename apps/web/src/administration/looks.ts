export const formClass = "flex flex-col gap-3.5 rounded-lg border border-line bg-surface p-4";

/** The head of a column of a list. */
export const headClass = "pb-1.5 pr-4 text-left font-normal whitespace-nowrap text-faint";
