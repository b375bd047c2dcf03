import { StateMark } from "../ui/state-mark.tsx";

/** Whether figures come by themselves, by shape: a point that sends while they do, a broken ring while they don't. */
export function FeedMark({ isLive, size = 14 }: { isLive: boolean; size?: number }) {
  if (!isLive) return <StateMark state="pending" size={size} />;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      className="shrink-0 text-accent"
    >
      <circle cx="8" cy="8" r="2.6" fill="currentColor" stroke="none" />
      <path d="M4.4 11.6a5.1 5.1 0 0 1 0-7.2M11.6 4.4a5.1 5.1 0 0 1 0 7.2M2 14A8.5 8.5 0 0 1 2 2M14 2a8.5 8.5 0 0 1 0 12" />
    </svg>
  );
}
