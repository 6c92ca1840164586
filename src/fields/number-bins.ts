/** Where the values of a number column lie: values that occur often stand for themselves, the others in bins of equal counts. */

/** One code of a number: a value, or neighbouring intervals between these edges that hold the same number of values each. */
export type Cell = readonly number[];

/** Codes that say more of a column than so many are rarely told apart by a latent space. */
const MAX_CELLS = 32;
/** Values with at least this share of the records stand for themselves. */
const ATOM_SHARE = 0.01;
/** Bins hold at least so many values, and so do the intervals within a bin. */
const LEAST_IN_BIN = 10;
/** Intervals within a bin, at the most. */
const MAX_INTERVALS = 8;
/** Columns in which each value occurs so often, on average, have no bins. */
const REPEATED = 3;

export interface Binned {
  /** In ascending order of their middles. */
  readonly cells: readonly Cell[];
  readonly counts: readonly number[];
}

/** Cells of ascending values. Between `whole` numbers an edge belongs to the interval that it begins. */
export function binned(sorted: Float64Array, whole: boolean): Binned {
  const runs = runsOf(sorted);
  const isRepeated = runs.length <= MAX_CELLS && sorted.length >= REPEATED * runs.length;
  const least = isRepeated ? 1 : Math.max(2, ATOM_SHARE * sorted.length);
  const atoms = runs.filter(({ count }) => count >= least).slice(0, MAX_CELLS);
  const isAtom = new Set(atoms.map(({ value }) => value));
  const rest = isRepeated ? new Float64Array() : sorted.filter((value) => !isAtom.has(value));
  const found = [
    ...atoms.map(({ value, count }) => ({ cell: [value], count })),
    ...binsOf(rest, Math.max(1, MAX_CELLS - atoms.length), whole),
  ].sort((a, b) => middle(a.cell) - middle(b.cell));
  return { cells: found.map(({ cell }) => cell), counts: found.map(({ count }) => count) };
}

function middle(cell: Cell): number {
  return cell[0] / 2 + cell[cell.length - 1] / 2;
}

function runsOf(sorted: Float64Array): { value: number; count: number }[] {
  const runs: { value: number; count: number }[] = [];
  for (const value of sorted) {
    const last = runs.at(-1);
    if (last?.value === value) last.count++;
    else runs.push({ value, count: 1 });
  }
  return runs;
}

function binsOf(sorted: Float64Array, most: number, whole: boolean): { cell: Cell; count: number }[] {
  if (sorted.length === 0) return [];
  const bins = Math.max(1, Math.min(most, Math.floor(sorted.length / LEAST_IN_BIN)));
  const edges = edgesOf(sorted, bins, whole);
  return edges.slice(1).map((end, i) => {
    const inside = sorted.subarray(
      lowerBound(sorted, edges[i]),
      i === edges.length - 2 ? undefined : lowerBound(sorted, end),
    );
    const intervals = Math.min(MAX_INTERVALS, Math.floor(inside.length / LEAST_IN_BIN));
    const inner = edgesOf(inside, Math.max(1, intervals), whole).slice(1, -1);
    return { cell: [edges[i], ...inner, end], count: inside.length };
  });
}

/** Ascending edges, the first at the smallest value and the last at (of whole numbers one beyond) the largest. */
function edgesOf(sorted: Float64Array, bins: number, whole: boolean): number[] {
  const last = sorted[sorted.length - 1];
  const edges = [sorted[0]];
  for (let i = 1; i < bins; i++) {
    const at = Math.round((i * sorted.length) / bins);
    const edge = whole ? sorted[at] : sorted[at - 1] / 2 + sorted[at] / 2;
    if (edge > edges[edges.length - 1] && edge < last) edges.push(edge);
  }
  const end = whole ? last + Math.max(1, Math.abs(last) * Number.EPSILON) : last;
  edges.push(end > edges[edges.length - 1] ? end : edges[edges.length - 1] + Math.max(Math.abs(end) * 1e-9, 1e-300));
  return edges;
}

/** The first place at which ascending `values` are not below `value`. */
export function lowerBound(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const mid = (low + high) >> 1;
    if (values[mid] < value) low = mid + 1;
    else high = mid;
  }
  return low;
}
