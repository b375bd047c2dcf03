import { StateMark } from "../../ui/state-mark.tsx";
import { clockFace, SOON_SECONDS, spokenLeft } from "../countdown.ts";

/** How long the seats are one's own, by the server's clock. */
export function Countdown({ secondsLeft }: { secondsLeft: number }) {
  const soon = secondsLeft < SOON_SECONDS;
  return (
    <div
      className={`flex items-center justify-between gap-3 rounded-md px-3 py-2 ${soon ? "bg-unresolved-wash" : "bg-accent-wash"}`}
    >
      <span className={`flex items-center gap-2 font-medium ${soon ? "text-unresolved" : "text-accent"}`}>
        <StateMark state={soon ? "attention" : "confirmed"} />
        {soon ? "Free again soon" : "Held for you"}
      </span>
      <span
        aria-hidden="true"
        data-countdown
        className={`figures text-figure font-semibold tracking-tight ${soon ? "text-unresolved" : ""}`}
      >
        {clockFace(secondsLeft)}
      </span>
      <span role="status" aria-live="polite" className="sr-only">
        {spokenLeft(secondsLeft)}
      </span>
    </div>
  );
}
