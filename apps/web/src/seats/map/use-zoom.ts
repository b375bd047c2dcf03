import { select } from "d3-selection";
import "d3-transition";
import { type ZoomBehavior, zoom, zoomIdentity } from "d3-zoom";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Box } from "../house/house.ts";
import { clampView, type Extent, fitView, type View } from "./view.ts";

const NEAREST = 34;
const MOVE_MS = 260;

/** Wheel, pinch, drag and the buttons move one view; it is whole again when the house or its frame changes. */
export function useZoom(surface: RefObject<HTMLElement | null>, house: Box, frame: Extent) {
  const fit = fitView(house, frame);
  const [view, setView] = useState<View>(fit);
  const behaviour = useRef<ZoomBehavior<HTMLElement, unknown>>(undefined);
  const { width, height } = frame;

  useEffect(() => {
    const element = surface.current;
    if (!element || width === 0) return undefined;
    const whole = fitView(house, { width, height });
    const margin = 1;
    const isWhole = (): boolean => current.k <= whole.k * 1.01;
    let current: View = whole;
    const zooming = zoom<HTMLElement, unknown>()
      .extent([
        [0, 0],
        [width, height],
      ])
      .scaleExtent([whole.k, Math.max(NEAREST, whole.k * 1.5)])
      .translateExtent([
        [house.x - margin, house.y - margin],
        [house.x + house.width + margin, house.y + house.height + margin],
      ])
      .filter((event: Event) => isMove(event, isWhole()))
      .on("zoom", ({ transform }: { transform: View }) => {
        current = { x: transform.x, y: transform.y, k: transform.k };
        setView(current);
      });
    behaviour.current = zooming;
    const selection = select(element);
    selection.call(zooming).on("dblclick.zoom", null);
    zooming.transform(selection, zoomIdentity.translate(whole.x, whole.y).scale(whole.k));
    return () => {
      selection.interrupt().on(".zoom", null);
    };
  }, [surface, house, width, height]);

  function move(to: View, slowly = true): void {
    const element = surface.current;
    if (!element || !behaviour.current) return;
    const still = !slowly || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { x, y, k } = clampView(to, house, frame);
    const transform = zoomIdentity.translate(x, y).scale(k);
    if (still) behaviour.current.transform(select(element), transform);
    else select(element).transition().duration(MOVE_MS).call(behaviour.current.transform, transform);
  }
  function zoomBy(factor: number): void {
    const element = surface.current;
    if (element && behaviour.current)
      select(element)
        .transition()
        .duration(MOVE_MS / 2)
        .call(behaviour.current.scaleBy, factor);
  }
  return { view, fit, isWhole: view.k <= fit.k * 1.01, move, zoomBy };
}

/** What would scroll the page goes on doing so while the whole house is in view: there is nothing to move then. */
function isMove(event: Event, whole: boolean): boolean {
  if (event instanceof WheelEvent) return event.ctrlKey || event.deltaY < 0 || !whole;
  if ("touches" in event) return !whole || (event as TouchEvent).touches.length > 1;
  return (event as MouseEvent).button === 0;
}
