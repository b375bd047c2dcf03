import type { Box, Place } from "../house/house.ts";

export interface View {
  readonly x: number;
  readonly y: number;
  /** Pixels a seat. */
  readonly k: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 12;
/** Seats of this size can be told apart while one walks over them by keyboard. */
const READABLE = 12;
const WALKED = 16;

/** The whole box in the middle of the frame. */
export function fitView(box: Box, frame: Extent, largest = Number.POSITIVE_INFINITY): View {
  const room = {
    width: Math.max(1, frame.width - 2 * MARGIN),
    height: Math.max(1, frame.height - 2 * MARGIN),
  };
  const k = Math.min(room.width / Math.max(1, box.width), room.height / Math.max(1, box.height), largest);
  return {
    k,
    x: frame.width / 2 - (box.x + box.width / 2) * k,
    y: frame.height / 2 - (box.y + box.height / 2) * k,
  };
}

/** The view moved as little as it takes for a seat to be seen well, or undefined when it is. */
export function viewOn(place: Place, view: View, frame: Extent): View | undefined {
  const edge = Math.min(48, frame.width / 5);
  const x = place.x * view.k + view.x;
  const y = place.y * view.k + view.y;
  const isSeen = x >= edge && y >= edge && x <= frame.width - edge && y <= frame.height - edge;
  if (isSeen && view.k >= READABLE) return undefined;
  return centredOn(place, Math.max(view.k, WALKED), frame);
}

export function centredOn({ x, y }: { x: number; y: number }, k: number, frame: Extent): View {
  return { k, x: frame.width / 2 - x * k, y: frame.height / 2 - y * k };
}

/** Below these a press goes nearer instead of choosing: a finger would hit a neighbour. */
export function canPress(k: number, pointer: string): boolean {
  return k >= (pointer === "touch" ? 18 : 6);
}

/** The view with the house in it: no edge comes further in than the margin, and what is smaller than the frame is in the middle. */
export function clampView({ x, y, k }: View, box: Box, frame: Extent): View {
  return {
    k,
    x: clampAxis(x, box.x * k, box.width * k, frame.width),
    y: clampAxis(y, box.y * k, box.height * k, frame.height),
  };
}

function clampAxis(offset: number, start: number, size: number, room: number): number {
  if (size + 2 * MARGIN <= room) return (room - size) / 2 - start;
  return Math.min(MARGIN - start, Math.max(room - MARGIN - size - start, offset));
}
