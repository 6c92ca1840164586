/** Turns a grid of yes and no into smooth outlines. */

export interface Outline {
  /** Corners x, y in cells from the grid's left top; closed. */
  readonly corners: readonly number[];
}

/**
 * Outlines of the cells that are 1, between their middles and those of cells that are 0 (marching squares); beyond the
 * grid all is 0. Two cells that touch at a corner only are apart.
 */
export function outlines(cells: Uint8Array, columns: number, rows: number): Outline[] {
  const at = (column: number, row: number) =>
    column >= 0 && row >= 0 && column < columns && row < rows && cells[row * columns + column] === 1;
  // Each piece leads from one edge of a square of four middles to another, with the ones on its right.
  const next = new Map<number, number[]>();
  const stride = 2 * (columns + 2);
  /** Key of a place in half cells. */
  const keyOf = (x: number, y: number) => (y + 1) * stride + x + 1;
  for (let row = -1; row < rows; row++) {
    for (let column = -1; column < columns; column++) {
      const corners =
        Number(at(column, row)) +
        2 * Number(at(column + 1, row)) +
        4 * Number(at(column + 1, row + 1)) +
        8 * Number(at(column, row + 1));
      // In half cells, from the middle of cell (column, row), which lies at (2 column + 1, 2 row + 1).
      const [x, y] = [2 * column + 1, 2 * row + 1];
      const sides = [keyOf(x + 1, y), keyOf(x + 2, y + 1), keyOf(x + 1, y + 2), keyOf(x, y + 1)];
      for (const [from, to] of PIECES[corners]) {
        const known = next.get(sides[from]);
        if (known) known.push(sides[to]);
        else next.set(sides[from], [sides[to]]);
      }
    }
  }
  const found: Outline[] = [];
  for (const first of next.keys()) {
    const corners: number[] = [];
    for (let key = next.get(first)?.pop(); key !== undefined; key = next.get(key)?.pop())
      corners.push(((key % stride) - 1) / 2, (Math.floor(key / stride) - 1) / 2);
    if (corners.length > 0) found.push({ corners });
  }
  return found;
}

/** Sides of a square, clockwise from the top: for each set of ones among its corners (1 left top, 2, 4, 8) the pieces in it. */
const [TOP, RIGHT, BOTTOM, LEFT] = [0, 1, 2, 3];
const PIECES: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [],
  [[TOP, LEFT]],
  [[RIGHT, TOP]],
  [[RIGHT, LEFT]],
  [[BOTTOM, RIGHT]],
  [
    [TOP, LEFT],
    [BOTTOM, RIGHT],
  ],
  [[BOTTOM, TOP]],
  [[BOTTOM, LEFT]],
  [[LEFT, BOTTOM]],
  [[TOP, BOTTOM]],
  [
    [RIGHT, TOP],
    [LEFT, BOTTOM],
  ],
  [[RIGHT, BOTTOM]],
  [[LEFT, RIGHT]],
  [[TOP, RIGHT]],
  [[LEFT, TOP]],
  [],
];

/** Draws an outline into a path as curves through the middles of its sides: corners become round. */
export function traceSmooth(
  path: Pick<Path2D, "moveTo" | "quadraticCurveTo" | "closePath">,
  { corners }: Outline,
  placeOf: (x: number, y: number) => readonly [number, number],
): void {
  const count = corners.length / 2;
  const corner = (i: number) => placeOf(corners[2 * (i % count)], corners[2 * (i % count) + 1]);
  const middle = (i: number): [number, number] => {
    const [a, b] = [corner(i), corner(i + 1)];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  };
  path.moveTo(...middle(0));
  for (let i = 1; i <= count; i++) path.quadraticCurveTo(...corner(i), ...middle(i));
  path.closePath();
}
