import type { Mark } from "../mark.ts";

/** Colours by their tokens: the canvas reads them, the legend names them. */
export const tones = {
  ink: "var(--color-ink)",
  soft: "var(--color-soft)",
  faint: "var(--color-faint)",
  edge: "var(--color-edge)",
  line: "var(--color-line)",
  surface: "var(--color-surface)",
  sunken: "var(--color-sunken)",
  accent: "var(--color-accent)",
  wash: "var(--color-accent-wash)",
} as const;
export type Tone = keyof typeof tones;

export interface Stroke {
  readonly d: string;
  readonly fill?: Tone;
  readonly stroke?: Tone;
  readonly width?: number;
}

/** Every shape is drawn in a box of 16 by 16: by the map on its canvas, and by the legend as SVG. */
export const BOX = 16;
export const SQUARE =
  "M5 2.5h6A2.5 2.5 0 0 1 13.5 5v6a2.5 2.5 0 0 1-2.5 2.5H5A2.5 2.5 0 0 1 2.5 11V5A2.5 2.5 0 0 1 5 2.5z";
const ROUND = "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 1 1 8 2.2z";
const TICK = "M5.2 8.3l2 2L11 6";
const HATCH = "M3 8.5L8.5 3M3.4 12.6L12.6 3.4M7.5 13L13 7.5";
const CROSS = "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6";
const WHEELCHAIR = "M7.2 4.4v3.8h2.6l1.2 2.6M6 7.6a2.3 2.3 0 1 0 2.9 2.7";

/** A seat's shape says its state; a round one is a place for a wheelchair. `rank` 0 is the dearest category. */
export function shapeOf(mark: Mark, accessible: boolean, rank: number): readonly Stroke[] {
  const outline = accessible ? ROUND : SQUARE;
  const chair = (stroke: Tone): Stroke[] => (accessible ? [{ d: WHEELCHAIR, stroke, width: 1.2 }] : []);
  switch (mark) {
    case "free":
      return [{ d: outline, fill: "surface", stroke: rankTone(rank), width: 1.3 }, ...chair("soft")];
    case "chosen":
      return [
        { d: outline, fill: "wash", stroke: "accent", width: 2.2 },
        ...(accessible
          ? chair("accent")
          : [{ d: "M8 6a2 2 0 1 1 0 4a2 2 0 1 1 0-4z", fill: "accent" } as const]),
      ];
    case "yours":
      return [
        { d: outline, fill: "accent", stroke: "accent", width: 1.3 },
        { d: TICK, stroke: "surface", width: 1.9 },
      ];
    case "held":
      return [
        { d: outline, fill: "sunken", stroke: "edge", width: 1 },
        { d: HATCH, stroke: "faint", width: 1.1 },
      ];
    case "sold":
      return [{ d: outline, fill: "edge" }];
    case "blocked":
      return [{ d: CROSS, stroke: "edge", width: 1.5 }];
  }
}

/** The dearer, the stronger the line; from the third category on all are alike. */
function rankTone(rank: number): Tone {
  return (["ink", "soft", "faint"] as const)[rank] ?? "faint";
}
