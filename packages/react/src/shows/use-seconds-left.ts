import { useEffect, useState } from "react";

/** Whole seconds until a moment of this device's clock, counting down; 0 from then on, undefined without one. */
export function useSecondsLeft(endsAtMs: number | undefined): number | undefined {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (endsAtMs === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Wakes when the number changes, not a second later.
    const tick = (): void => {
      setNow(Date.now());
      const left = endsAtMs - Date.now();
      if (left > 0) timer = setTimeout(tick, left % 1_000 || 1_000);
    };
    tick();
    return () => clearTimeout(timer);
  }, [endsAtMs]);
  return endsAtMs === undefined ? undefined : Math.max(0, Math.ceil((endsAtMs - now) / 1_000));
}
