import { useEffect } from "react";
import { useHoldfast } from "../context.ts";
import { whenBack } from "./when-back.ts";

/**
 * Takes up what is undecided: now, and whenever its outcome is likely to be had, because the page is looked at again, the device
 * is online again, or the change feed has found the server again.
 */
export function useResume(resume: () => void): void {
  const { feed } = useHoldfast();
  useEffect(() => {
    resume();
    const stops = [
      whenBack(resume),
      feed.subscribe(() => {
        if (feed.getState() === "live") resume();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [feed, resume]);
}
