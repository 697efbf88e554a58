/** A point of a scatter plot, in pixels of the plot, and what to write beside it. */
export interface Labelled {
  x: number;
  y: number;
  text: string;
}

export interface Placed extends Labelled {
  /** The middle of the label. */
  labelX: number;
  labelY: number;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What a character of the pictures' font takes at 11 pixels, on average, and a line. */
const CHARACTER_PX = 6.8;
const LINE_PX = 14;
const POINT_PX = 6;

const boxAt = (x: number, y: number, width: number, height: number): Box => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

const overlap = (one: Box, other: Box): number =>
  Math.max(0, Math.min(one.right, other.right) - Math.max(one.left, other.left)) *
  Math.max(0, Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top));

const outside = (box: Box, width: number, height: number): number =>
  Math.max(0, -box.left) +
  Math.max(0, box.right - width) +
  Math.max(0, -box.top) +
  Math.max(0, box.bottom - height);

/** How much of the line from a point to its label lies on what is there already. */
function crossed(point: Labelled, x: number, y: number, taken: readonly Box[]): number {
  const others = taken.filter((box) => overlap(box, boxAt(point.x, point.y, 1, 1)) === 0);
  return [0.2, 0.35, 0.5, 0.65, 0.8, 0.95].filter((part) => {
    const spot = boxAt(point.x + part * (x - point.x), point.y + part * (y - point.y), 2, 2);
    return others.some((box) => overlap(box, spot) > 0);
  }).length;
}

/** Places a label near each point: the nearest place at which it covers no point and no other label. */
export function placeLabels(points: readonly Labelled[], width: number, height: number): Placed[] {
  const taken = points.map(({ x, y }) => boxAt(x, y, POINT_PX * 2, POINT_PX * 2));
  return points.map((point) => {
    const labelWidth = point.text.length * CHARACTER_PX;
    let best = { cost: Infinity, x: point.x, y: point.y };
    for (let ring = 0; ring < 14; ring++) {
      for (let turn = 0; turn < 24; turn++) {
        const angle = (turn / 24) * 2 * Math.PI;
        const x = point.x + Math.cos(angle) * (labelWidth / 2 + POINT_PX + 3 + ring * 9);
        const y = point.y + Math.sin(angle) * (LINE_PX + ring * 9);
        const box = boxAt(x, y, labelWidth, LINE_PX);
        const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
        const wrong = covered + outside(box, width, height) + crossed(point, x, y, taken);
        const cost = wrong * 100 + ring + Math.abs(Math.sin(angle));
        if (cost < best.cost) best = { cost, x, y };
      }
    }
    taken.push(boxAt(best.x, best.y, labelWidth, LINE_PX));
    return { ...point, labelX: best.x, labelY: best.y };
  });
}
