/** The nucleus of a distribution: the fewest tokens that hold so much of its mass (Holtzman et al. 2020, section 3.1). */

/**
 * Reorders the first `count` of `order` (tokens) so that the fewest of them whose weights add up to `mass` come first, and gives
 * how many these are. Of equal weights at the border the lower token goes first. Partitions as quickselect does instead of sorting:
 * near `count` steps.
 */
export function nucleus(weights: Float64Array, order: Int32Array, count: number, mass: number): number {
  let [from, to, missing] = [0, count, mass];
  while (from < to) {
    const pivot = median(weights[order[from]], weights[order[(from + to) >> 1]], weights[order[to - 1]]);
    // [from, above) is heavier than the pivot, [above, below) equal to it, [below, to) lighter.
    let [above, below, heavier] = [from, to, 0];
    for (let i = from; i < below; ) {
      const token = order[i];
      const weight = weights[token];
      if (weight > pivot) {
        heavier += weight;
        order[i++] = order[above];
        order[above++] = token;
      } else if (weight < pivot) {
        order[i] = order[--below];
        order[below] = token;
      } else i++;
    }
    if (heavier >= missing) to = above;
    else {
      missing -= heavier;
      const equals = Math.ceil(missing / pivot);
      if (equals <= below - above) {
        order.subarray(above, below).sort();
        return above + equals;
      }
      missing -= (below - above) * pivot;
      from = below;
    }
  }
  return from;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
