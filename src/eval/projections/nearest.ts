/** Nearest neighbours among points of any width, exactly: every distance is measured. */

/** Of each query its `k` nearest points, the nearest first: indices and Euclidean distances, [queries, k]. */
export interface Nearest {
  readonly k: number;
  readonly indices: Int32Array;
  readonly distances: Float32Array;
}

/** Fills rows `from`..`to` of `out`: the nearest of `points` [count, width] to those rows of `queries` [n, width]. */
export function fillNearest(
  out: Nearest,
  queries: Float32Array,
  points: Float32Array,
  width: number,
  from: number,
  to: number,
): void {
  const { k, indices, distances } = out;
  const count = points.length / width;
  const best = new Float64Array(k);
  for (let q = from; q < to; q++) {
    best.fill(Number.POSITIVE_INFINITY);
    const row = q * k;
    const query = q * width;
    for (let i = 0, at = 0; i < count; i++, at += width) {
      let sum = 0;
      for (let j = 0; j < width; j++) {
        const difference = queries[query + j] - points[at + j];
        sum += difference * difference;
      }
      if (sum >= best[k - 1]) continue;
      let place = k - 1;
      for (; place > 0 && best[place - 1] > sum; place--) {
        best[place] = best[place - 1];
        indices[row + place] = indices[row + place - 1];
      }
      best[place] = sum;
      indices[row + place] = i;
    }
    for (let j = 0; j < k; j++) distances[row + j] = Math.sqrt(best[j]);
  }
}

/** Room for the neighbours of `queries` queries. */
export function emptyNearest(queries: number, k: number): Nearest {
  return { k, indices: new Int32Array(queries * k), distances: new Float32Array(queries * k) };
}
