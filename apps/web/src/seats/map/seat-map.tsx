import type { SeatMap as SeatMapData, Show } from "@holdfast/react";
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useColourScheme } from "../../app/use-colour-scheme.ts";
import { type House, type Place, placeAt } from "../house/house.ts";
import { navigate } from "../house/navigate.ts";
import type { Mark } from "../mark.ts";
import { SectionButtons, ZoomButtons } from "./map-controls.tsx";
import { createPainter, type Painter } from "./painter.ts";
import { Rings } from "./rings.tsx";
import { CELL, SeatGrid } from "./seat-grid.tsx";
import { SeatTip } from "./seat-tip.tsx";
import { useZoom } from "./use-zoom.ts";
import { canPress, centredOn, type Extent, fitView, viewOn } from "./view.ts";

interface SeatMapProps {
  house: House;
  show: Show;
  marks: readonly Mark[];
  ranks: ReadonlyMap<string, number>;
  only: string | undefined;
  conflicts: readonly string[];
  changed: SeatMapData["changed"];
  frame: Extent;
  onPress: (place: Place) => void;
}

/** The house on a canvas, under a grid of real cells for the keyboard and for screen readers. */
export function SeatMap(props: SeatMapProps) {
  const { house, show, marks, ranks, only, conflicts, changed, frame, onPress } = props;
  const surface = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter>(undefined);
  const scheme = useColourScheme();
  const { view, isWhole, move, zoomBy } = useZoom(surface, house.box, frame);
  const [atId, setAtId] = useState<string>();
  const [hovered, setHovered] = useState<Place>();
  const [focus, setFocus] = useState<"none" | "inside" | "visible">("none");
  const at = (atId !== undefined && house.byId.get(atId)) || house.places[0];

  // Another scheme is other colours, read when a painter is made.
  useLayoutEffect(() => {
    if (canvas.current) painter.current = createPainter(canvas.current);
  }, [scheme]);
  // A new painter has painted nothing yet.
  useLayoutEffect(() => {
    const { width, height } = frame;
    if (width > 0) painter.current?.paint({ house, view, width, height, marks, ranks, only });
  }, [house, view, frame, marks, ranks, only, scheme]);

  const focused = focus === "visible" ? at : undefined;
  const pointed = hovered ?? focused;
  // What was taken from under one's hands is brought into view.
  const conflict = conflicts[0] === undefined ? undefined : house.byId.get(conflicts[0]);
  // Once for each conflict, wherever the view is by then.
  useEffect(() => {
    const to = conflict && viewOn(conflict, view, frame);
    if (to && view.k > 12) move(to);
  }, [conflict]);

  function see(place: Place): void {
    const to = viewOn(place, view, frame);
    if (to) move(to, false);
  }
  function onKey(event: KeyboardEvent): void {
    if (event.key === "+" || event.key === "-") zoomBy(event.key === "+" ? 1.5 : 1 / 1.5);
    const next = at && navigate(house, at, event.key, event.ctrlKey || event.metaKey);
    if (!next) return;
    event.preventDefault();
    setHovered(undefined);
    setFocus("visible");
    setAtId(next.id);
    see(next);
  }
  function under(event: MouseEvent): Place | undefined {
    const box = surface.current?.getBoundingClientRect();
    if (!box) return undefined;
    return placeAt(
      house,
      (event.clientX - box.left - view.x) / view.k,
      (event.clientY - box.top - view.y) / view.k,
    );
  }
  function press(event: MouseEvent): void {
    const box = surface.current?.getBoundingClientRect();
    const pointer = "pointerType" in event.nativeEvent ? String(event.nativeEvent.pointerType) : "mouse";
    if (!box) return;
    if (!canPress(view.k, pointer)) {
      const point = {
        x: (event.clientX - box.left - view.x) / view.k,
        y: (event.clientY - box.top - view.y) / view.k,
      };
      move(centredOn(point, 24, frame));
      return;
    }
    const place = under(event);
    if (!place) return;
    setAtId(place.id);
    onPress(place);
  }

  return (
    <>
      <div className="flex items-center justify-between gap-3 border-b border-line px-1.5 py-1">
        <SectionButtons
          sections={house.sections}
          whole={isWhole}
          onWhole={() => move(fitView(house.box, frame))}
          onSection={(id) => {
            const section = house.sections.find((one) => one.id === id);
            const first = section?.rows.find(({ places }) => places.length > 0)?.places;
            if (section)
              move(
                fitView({ ...section.box, y: section.box.y - 2, height: section.box.height + 2 }, frame, 34),
              );
            setAtId(first?.[Math.floor(first.length / 2)]?.id);
          }}
        />
        <ZoomButtons whole={isWhole} onZoom={zoomBy} />
      </div>
      <div className="relative overflow-hidden" style={{ height: frame.height }}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the grid over it is what a keyboard and a screen reader use. */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above. */}
        <div
          ref={surface}
          data-seat-map
          onClick={press}
          onPointerMove={(event: PointerEvent) => event.pointerType !== "touch" && setHovered(under(event))}
          onPointerLeave={() => setHovered(undefined)}
          className={`absolute inset-0 ${hovered ? "cursor-pointer" : "cursor-grab active:cursor-grabbing"}`}
          style={{ touchAction: isWhole ? "pan-y" : "none" }}
        >
          <canvas ref={canvas} className="size-full" />
        </div>
        <Rings {...{ house, view, hovered, focused, conflicts, changed }} />
        {at && (
          <div
            className="pointer-events-none absolute top-0 left-0 origin-top-left"
            style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.k / CELL})` }}
          >
            <SeatGrid
              {...{ house, show, marks, at, onKey, onPress }}
              onFocus={(visibly) => {
                setFocus(visibly ? "visible" : "inside");
                if (visibly) see(at);
              }}
              onBlur={() => setFocus("none")}
            />
          </div>
        )}
        {pointed && (
          <SeatTip
            house={house}
            show={show}
            place={pointed}
            mark={marks[pointed.at] ?? "free"}
            view={view}
            frame={frame}
          />
        )}
      </div>
      <p id="seat-keys" className="sr-only">
        Arrows move between seats, Home and End within a row, Page Up and Page Down between sections. Enter or
        Space chooses.
      </p>
    </>
  );
}
