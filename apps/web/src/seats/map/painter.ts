import type { House, Place } from "../house/house.ts";
import type { Mark } from "../mark.ts";
import { BOX, SQUARE, type Stroke, shapeOf, type Tone, tones } from "./shapes.ts";
import type { View } from "./view.ts";

export interface Picture {
  readonly house: House;
  readonly view: View;
  readonly width: number;
  readonly height: number;
  /** By `place.at`. */
  readonly marks: readonly Mark[];
  /** Categories from the dearest on. */
  readonly ranks: ReadonlyMap<string, number>;
  /** The one category that is looked for; the others step back. */
  readonly only: string | undefined;
}

/** From these sizes on there is room for row letters, and for the number on a free seat. */
const LETTERS_FROM = 9;
const NUMBERS_FROM = 22;
/** In device pixels. */
const CRISP_BELOW = 13;
/** Half the room of a row letter, in pixels. */
const LETTER = 11;
const STEPPED_BACK = 0.22;

export type Painter = ReturnType<typeof createPainter>;

/** Draws a house of thousands of seats: each look is drawn once, and then stamped; a change stamps only what changed. */
export function createPainter(canvas: HTMLCanvasElement) {
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("This browser draws no canvas.");
  const ratio = Math.min(3, Math.max(1, window.devicePixelRatio));
  const colours = readColours(canvas);
  const font = getComputedStyle(canvas).fontFamily;
  const stamps = new Map<string, HTMLCanvasElement>();
  let size = 0;
  let last: Picture | undefined;

  function stampOf(mark: Mark, accessible: boolean, rank: number): HTMLCanvasElement {
    const key = `${mark} ${accessible} ${mark === "free" ? rank : 0}`;
    const known = stamps.get(key);
    if (known) return known;
    const stamp = document.createElement("canvas");
    stamp.width = stamp.height = size;
    const on = stamp.getContext("2d");
    if (on) drawShape(on, shapeOf(mark, accessible, rank), size, colours);
    stamps.set(key, stamp);
    return stamp;
  }

  function drawSeat(on: CanvasRenderingContext2D, picture: Picture, place: Place, clear: boolean): void {
    const { view, marks, ranks, only, width, height } = picture;
    const x = place.x * view.k + view.x;
    const y = place.y * view.k + view.y;
    if (x < -view.k || y < -view.k || x > width + view.k || y > height + view.k) return;
    const left = Math.round(x * ratio - size / 2);
    const top = Math.round(y * ratio - size / 2);
    if (clear) {
      on.fillStyle = colours.surface;
      on.fillRect(left, top, size, size);
    }
    const mark = marks[place.at] ?? "free";
    const isBack = only !== undefined && place.category !== only && mark !== "yours" && mark !== "chosen";
    on.globalAlpha = isBack ? STEPPED_BACK : 1;
    on.drawImage(stampOf(mark, place.accessible, ranks.get(place.category) ?? 0), left, top);
    if (view.k >= NUMBERS_FROM && mark === "free" && !place.accessible) {
      write(on, place.number, x, y, Math.min(11, view.k * 0.36), colours.soft);
    }
    on.globalAlpha = 1;
  }

  function write(
    on: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    px: number,
    colour: string,
    weight = 400,
  ) {
    on.font = `${weight} ${px * ratio}px ${font}`;
    on.fillStyle = colour;
    on.fillText(text, x * ratio, y * ratio + ratio * 0.5);
  }

  function paintAll(on: CanvasRenderingContext2D, picture: Picture): void {
    const { house, view, width, height } = picture;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const nextSize = Math.max(3, Math.round(view.k * ratio));
    if (nextSize !== size) stamps.clear();
    size = nextSize;
    on.fillStyle = colours.surface;
    on.fillRect(0, 0, canvas.width, canvas.height);
    on.textAlign = "center";
    on.textBaseline = "middle";
    drawStage(on, picture);
    for (const place of house.places) drawSeat(on, picture, place, false);
    drawNames(on, picture);
  }

  function drawStage(on: CanvasRenderingContext2D, { house: { stage }, view }: Picture): void {
    const at = (x: number, y: number) =>
      [(x * view.k + view.x) * ratio, (y * view.k + view.y) * ratio] as const;
    on.beginPath();
    on.moveTo(...at(stage.x, stage.y + 0.4));
    on.lineTo(...at(stage.x + stage.width, stage.y + 0.4));
    on.lineTo(...at(stage.x + stage.width - 2, stage.y + stage.height - 0.6));
    on.quadraticCurveTo(
      ...at(stage.x + stage.width / 2, stage.y + stage.height + 0.9),
      ...at(stage.x + 2, stage.y + stage.height - 0.6),
    );
    on.closePath();
    on.fillStyle = colours.sunken;
    on.fill();
    on.strokeStyle = colours.line;
    on.lineWidth = ratio;
    on.stroke();
    const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 + 0.1 };
    write(on, "Stage", middle.x * view.k + view.x, middle.y * view.k + view.y, label(view.k), colours.soft);
  }

  function drawNames(on: CanvasRenderingContext2D, { house, view, width }: Picture): void {
    for (const { name, box, rows } of house.sections) {
      const left = box.x * view.k + view.x;
      const right = (box.x + box.width) * view.k + view.x;
      if (right < 0 || left > width) continue;
      const middle = Math.min(
        Math.max((left + right) / 2, Math.min(60, right - 40)),
        Math.max(width - 60, left + 40),
      );
      write(on, name, middle, (box.y - 0.9) * view.k + view.y, label(view.k), colours.ink, 600);
      if (view.k < LETTERS_FROM) continue;
      for (const { id, places } of rows) {
        const [first, last] = [places.at(0), places.at(-1)];
        if (!first || !last) continue;
        // A row's letter stays in view for as long as one of its seats does.
        const x = (place: Place) => place.x * view.k + view.x;
        const [start, end] = [x(first) - 1.25 * view.k, x(last) + 1.25 * view.k];
        const [leftmost, rightmost] = [
          places.find((one) => x(one) > 0),
          places.findLast((one) => x(one) < width),
        ];
        if (leftmost)
          letter(on, id, Math.max(start, LETTER), leftmost.y * view.k + view.y, view.k, start < LETTER);
        if (rightmost && end > LETTER)
          letter(
            on,
            id,
            Math.min(end, width - LETTER),
            rightmost.y * view.k + view.y,
            view.k,
            end > width - LETTER,
          );
      }
    }
  }

  /** At the map's edge the letters stand on a ground of their own, over the seats that run out of it. */
  function letter(
    on: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    k: number,
    isEdge: boolean,
  ) {
    if (isEdge) {
      on.fillStyle = colours.sunken;
      on.fillRect((x - LETTER) * ratio, (y - k / 2 - 1) * ratio, 2 * LETTER * ratio, (k + 2) * ratio);
    }
    write(on, text, x, y, 10, isEdge ? colours.soft : colours.faint);
  }

  return {
    paint(picture: Picture): void {
      const before = last;
      last = picture;
      const sameFrame =
        before?.house === picture.house &&
        before.view === picture.view &&
        before.only === picture.only &&
        before.ranks === picture.ranks &&
        before.width === picture.width &&
        before.height === picture.height;
      // Row letters lie above seats when the map is near: then it is few seats, and all are drawn.
      if (!sameFrame || picture.view.k >= LETTERS_FROM) {
        paintAll(context, picture);
        return;
      }
      for (const place of picture.house.places) {
        if (before.marks[place.at] !== picture.marks[place.at]) drawSeat(context, picture, place, true);
      }
    },
  };
}

const label = (k: number): number => Math.min(14, Math.max(10, k * 1.5));

function drawShape(
  on: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  size: number,
  colours: Record<Tone, string>,
): void {
  const scale = size / BOX;
  on.scale(scale, scale);
  on.lineCap = "round";
  for (const { d, fill, stroke, width = 1 } of strokes) {
    const isCrisp = d === SQUARE && size < CRISP_BELOW;
    const path = isCrisp ? crispSquare(size / BOX, stroke !== undefined) : new Path2D(d);
    if (fill) {
      on.fillStyle = colours[fill];
      on.fill(path);
    }
    if (stroke) {
      on.strokeStyle = colours[stroke];
      // Thinner than a pixel is a smear.
      on.lineWidth = isCrisp
        ? Math.max(1, Math.round((width * scale) / 1.3)) / scale
        : Math.max(width, 1 / scale);
      on.stroke(path);
    }
  }
}

/** A small square on whole pixels: round corners would make it a dot. */
function crispSquare(scale: number, isStroked: boolean): Path2D {
  const half = isStroked ? 0.5 : 0;
  const room = Math.round(BOX * scale);
  const inset = Math.max(1, Math.round(2.2 * scale)) + half;
  // A whole house on a phone leaves a seat three pixels: a line around nothing would not be there at all.
  const [start, side] = room - 2 * inset < 1 ? [half, 1] : [inset, room - 2 * inset];
  const path = new Path2D();
  path.rect(start / scale, start / scale, side / scale, side / scale);
  return path;
}

/** A canvas knows no custom properties, so the tokens are read as the colours that they are at the moment. */
function readColours(canvas: HTMLCanvasElement): Record<Tone, string> {
  const probe = document.createElement("span");
  canvas.parentElement?.append(probe);
  const read = Object.entries(tones).map(([tone, value]) => {
    probe.style.color = value;
    return [tone, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(read) as Record<Tone, string>;
}
