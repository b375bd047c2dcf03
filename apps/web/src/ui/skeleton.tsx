/** The place of a text that is on its way: same height, no shift when it comes. */
export function Skeleton({ width }: { width: string }) {
  return (
    <span
      aria-hidden="true"
      style={{ width }}
      className="inline-block h-[0.7em] max-w-full animate-breathe rounded-sm bg-line align-baseline"
    />
  );
}
