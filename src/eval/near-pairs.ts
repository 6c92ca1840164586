/** Pairs of points that lie near each other, by a k-d tree (Bentley 1975; Friedman, Bentley & Finkel 1977). */

export interface NearPair {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/** Points in a leaf: fewer cost more steps than they save distances. */
const LEAF = 32;

interface Node {
  /** Place in `order` of the points below, [from, to). */
  readonly from: number;
  readonly to: number;
  /** Smallest and largest coordinate of the points below, per axis. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly children: readonly [Node, Node] | null;
}

/**
 * All pairs a < b of points [count, width] with Euclidean distance at most `radius`, in no particular order. Boxes of points
 * that are too far apart are left out whole: near count log(count) steps while `radius` is small beside the distances
 * between most points, count^2 where it is not. Stops at `limit` pairs, and says so where there are more.
 */
export function nearPairs(
  points: Float32Array,
  width: number,
  radius: number,
  limit = Number.POSITIVE_INFINITY,
): { readonly pairs: NearPair[]; readonly isComplete: boolean } {
  const count = points.length / width;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const pairs: NearPair[] = [];
  if (count < 2) return { pairs, isComplete: true };
  const reach = radius * radius;

  let isComplete = true;
  const compare = (a: number, b: number): void => {
    let sum = 0;
    for (let j = 0; j < width; j++) {
      const gap = points[a * width + j] - points[b * width + j];
      sum += gap * gap;
      if (sum > reach) return;
    }
    if (pairs.length === limit) isComplete = false;
    else pairs.push({ a: Math.min(a, b), b: Math.max(a, b), distance: Math.sqrt(sum) });
  };
  /** Pairs of a point in [from, to) with one in [start, end); with itself where that is the same range. */
  const compareAll = ({ from, to }: Node, { from: start, to: end }: Node): void => {
    for (let i = from; i < to && isComplete; i++)
      for (let j = start === from ? i + 1 : start; j < end && isComplete; j++) compare(order[i], order[j]);
  };

  /** Pairs of a point below `one` and another below `two`. */
  const visit = (one: Node, two: Node): void => {
    if (!isComplete) return;
    if (one === two) {
      if (one.children) {
        const [left, right] = one.children;
        visit(left, left);
        visit(right, right);
        visit(left, right);
      } else {
        compareAll(one, one);
      }
      return;
    }
    if (gapBetween(one, two, reach) > reach) return;
    const isFirst = two.children === null || (one.children !== null && one.to - one.from >= two.to - two.from);
    const larger = isFirst ? one : two;
    const other = isFirst ? two : one;
    if (larger.children) {
      for (const child of larger.children) visit(child, other);
      return;
    }
    compareAll(one, two);
  };

  const root = treeOf(points, width, order);
  visit(root, root);
  return { pairs, isComplete };
}

/** Squared distance between the boxes of two nodes; stops adding above `enough`. */
function gapBetween(one: Node, two: Node, enough: number): number {
  let sum = 0;
  for (let j = 0; j < one.low.length && sum <= enough; j++) {
    const gap = Math.max(0, one.low[j] - two.high[j], two.low[j] - one.high[j]);
    sum += gap * gap;
  }
  return sum;
}

/** Splits the points in halves along the axis in which they spread most, and orders `order` so that halves lie together. */
function treeOf(points: Float32Array, width: number, order: Uint32Array): Node {
  const build = (from: number, to: number): Node => {
    const low = new Float32Array(width).fill(Number.POSITIVE_INFINITY);
    const high = new Float32Array(width).fill(Number.NEGATIVE_INFINITY);
    for (let i = from; i < to; i++) {
      for (let j = 0; j < width; j++) {
        const value = points[order[i] * width + j];
        if (value < low[j]) low[j] = value;
        if (value > high[j]) high[j] = value;
      }
    }
    let widest = 0;
    for (let j = 1; j < width; j++) if (high[j] - low[j] > high[widest] - low[widest]) widest = j;
    if (to - from <= LEAF || !(high[widest] > low[widest])) return { from, to, low, high, children: null };
    order.subarray(from, to).sort((a, b) => points[a * width + widest] - points[b * width + widest]);
    const middle = (from + to) >> 1;
    return { from, to, low, high, children: [build(from, middle), build(middle, to)] };
  };
  return build(0, order.length);
}
