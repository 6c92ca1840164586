/** Where two sets of features overlap: which rows of one lie within reach of a row of the other. */

import type { FeatureSet } from "./metric.js";

/** Neighbours that a ball reaches to: the k of precision, recall, density and coverage. Naeem et al. 2020 advise 5. */
export const NEIGHBOURS = 5;

/**
 * Around every row lies a ball that reaches to its k-th nearest other row of the same set; balls are closed, so a row
 * at that very distance is inside.
 */
export interface Overlap {
  /** Per generated row, in how many balls of real rows it lies. */
  readonly realBalls: Uint32Array;
  /** Per real row, in how many balls of generated rows it lies. */
  readonly generatedBalls: Uint32Array;
  /** Per real row, how many generated rows lie in its ball. */
  readonly generatedInside: Uint32Array;
}

/** Compares all pairs: work and time in count^2 x width, memory in count. */
export function overlapOf(real: FeatureSet, generated: FeatureSet): Overlap {
  const [realReach, generatedReach] = [reach(real), reach(generated)];
  const realBalls = new Uint32Array(generated.count);
  const generatedBalls = new Uint32Array(real.count);
  const generatedInside = new Uint32Array(real.count);
  for (let i = 0; i < real.count; i++) {
    for (let j = 0; j < generated.count; j++) {
      const distance = squaredDistance(real, i, generated, j);
      if (distance <= realReach[i]) {
        realBalls[j]++;
        generatedInside[i]++;
      }
      if (distance <= generatedReach[j]) generatedBalls[i]++;
    }
  }
  return { realBalls, generatedBalls, generatedInside };
}

/** Squared distance from each row to its k-th nearest other row; to the farthest where there are fewer. */
function reach(set: FeatureSet): Float64Array {
  const nearest = Array.from({ length: set.count }, () => new Float64Array(NEIGHBOURS).fill(Number.POSITIVE_INFINITY));
  for (let i = 0; i < set.count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(set, i, set, j);
      insert(nearest[i], distance);
      insert(nearest[j], distance);
    }
  }
  return Float64Array.from(nearest, (distances) => distances.findLast(Number.isFinite) ?? 0);
}

/** Keeps the smallest distances in ascending order. */
function insert(smallest: Float64Array, distance: number): void {
  let at = smallest.length - 1;
  if (distance >= smallest[at]) return;
  for (; at > 0 && smallest[at - 1] > distance; at--) smallest[at] = smallest[at - 1];
  smallest[at] = distance;
}

function squaredDistance(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const { width } = a;
  const [x, y] = [a.values, b.values];
  let sum = 0;
  for (let k = 0, p = i * width, q = j * width; k < width; k++, p++, q++) {
    const gap = x[p] - y[q];
    sum += gap * gap;
  }
  return sum;
}
