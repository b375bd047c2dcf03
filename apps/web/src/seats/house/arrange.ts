interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Arranged {
  /** Where each box stands, in the order given. */
  readonly lines: readonly { readonly at: number; readonly x: number; readonly y: number }[];
  readonly width: number;
  readonly height: number;
}

/** One behind the other is what a house looks like: beside each other they must be this much larger. */
const WORTH = 1.2;
/** More lines than this are not tried one by one: their number doubles with each box. */
const MOST_TRIED = 10;

/**
 * Boxes in lines, in their order, each line in the middle: the way in which they are largest in a view of this aspect.
 * `above` is the room that each box's heading needs.
 */
export function arrange(
  sizes: readonly Size[],
  aspect: number,
  { gap, above }: { gap: number; above: number },
): Arranged {
  let best: { score: number; arranged: Arranged } | undefined;
  for (const lines of partitions(sizes.length)) {
    const arranged = layOut(sizes, lines, gap, above);
    const scale = Math.min(aspect / arranged.width, 1 / arranged.height);
    const score = lines.length === sizes.length ? scale * WORTH : scale;
    if (best === undefined || score > best.score * 1.001) best = { score, arranged };
  }
  return best?.arranged ?? { lines: [], width: 0, height: 0 };
}

/** Every way to break `count` boxes into lines, the shortest first lines first; a few even ones when there are many. */
function* partitions(count: number): Generator<number[][]> {
  const all = Array.from({ length: count }, (_, at) => at);
  if (count > MOST_TRIED) {
    for (let per = 1; per <= count; per++) {
      yield Array.from({ length: Math.ceil(count / per) }, (_, line) =>
        all.slice(line * per, (line + 1) * per),
      );
    }
    return;
  }
  // Each bit says whether a line ends behind its box; the highest bit is the first box.
  for (let bits = 2 ** Math.max(0, count - 1) - 1; bits >= 0; bits--) {
    const lines: number[][] = [[]];
    for (const at of all) {
      lines.at(-1)?.push(at);
      if (at < count - 1 && bits & (1 << (count - 2 - at))) lines.push([]);
    }
    yield lines;
  }
}

function layOut(sizes: readonly Size[], lines: readonly number[][], gap: number, above: number): Arranged {
  const widthOf = (at: number): number => sizes[at]?.width ?? 0;
  const widths = lines.map((line) => line.reduce((sum, at) => sum + widthOf(at), gap * (line.length - 1)));
  const width = Math.max(...widths);
  let y = 0;
  const placed = lines.flatMap((line, index) => {
    let x = (width - (widths[index] ?? 0)) / 2;
    const top = y + above;
    y = top + Math.max(...line.map((at) => sizes[at]?.height ?? 0)) + (index < lines.length - 1 ? gap : 0);
    return line.map((at) => {
      const box = { at, x, y: top };
      x += widthOf(at) + gap;
      return box;
    });
  });
  return { lines: placed, width, height: y };
}
