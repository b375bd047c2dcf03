/** The four states of an intent, and what a page itself wants noticed. */
export type MarkedState = "confirmed" | "pending" | "unresolved" | "refused" | "attention";

const tone: Record<MarkedState, string> = {
  confirmed: "text-accent",
  pending: "text-soft",
  unresolved: "text-unresolved",
  refused: "text-refused",
  attention: "text-unresolved",
};

/** Each outcome has a shape of its own: disc, broken ring, diamond, square; and a triangle. The word stands beside it. */
export function StateMark({ state, size = 16 }: { state: MarkedState; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={`shrink-0 ${tone[state]}`}
    >
      {shapes[state]}
    </svg>
  );
}

const inner = {
  fill: "none",
  stroke: "var(--color-surface)",
  strokeWidth: 1.6,
  strokeLinecap: "round",
} as const;

const shapes = {
  confirmed: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m5 8.3 2.1 2.1L11 6" strokeLinejoin="round" {...inner} />
    </>
  ),
  pending: (
    <circle
      cx="8"
      cy="8"
      r="6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeDasharray="3.2 3.08"
      className="origin-center animate-[sweep_4s_linear_infinite]"
    />
  ),
  unresolved: (
    <>
      <path
        d="M8 .9 15.1 8 8 15.1.9 8z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinejoin="round"
      />
      <path
        d="M6.4 6.6C6.5 5.6 7.1 5 8 5s1.6.6 1.6 1.4C9.6 7.5 8 7.6 8 8.8M8 10.9v.1"
        {...inner}
        stroke="currentColor"
      />
    </>
  ),
  refused: (
    <>
      <rect x="1.5" y="1.5" width="13" height="13" rx="2" fill="currentColor" />
      <path d="m5.6 5.6 4.8 4.8M10.4 5.6l-4.8 4.8" {...inner} />
    </>
  ),
  attention: (
    <>
      <path
        d="M8 2 14.6 13.6H1.4z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
      <path d="M8 6.4v3M8 11.6v.1" {...inner} />
    </>
  ),
} as const;
