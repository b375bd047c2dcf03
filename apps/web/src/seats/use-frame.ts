import { type RefObject, useLayoutEffect, useState } from "react";
import type { Extent } from "./map/view.ts";

/** What is around the map on a wide screen: the heading above it, its own bars, and the page's edges. */
const AROUND = 236;
const LEAST = 380;
const NARROW = 640;

/** How large the map may be: as wide as its place, and as high as leaves the page without a scrollbar. */
export function useFrame(place: RefObject<HTMLElement | null>): Extent {
  const [frame, setFrame] = useState<Extent>({ width: 0, height: LEAST });
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const measure = (): void => {
      const width = element.clientWidth;
      const height = Math.round(
        width < NARROW ? Math.min(width * 1.35, innerHeight * 0.58) : Math.max(LEAST, innerHeight - AROUND),
      );
      setFrame((known) => (known.width === width && known.height === height ? known : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    window.addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", measure);
    };
  }, [place]);
  return frame;
}
