/** Average precision: how pure the records are that scores put first. */

/**
 * Sum over scores, the highest first, of precision times the gain in recall (as scikit-learn's average_precision_score; equal
 * scores are one step). The share of positives is what chance gives. NaN without positives.
 */
export function averagePrecision(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const count = positives.length;
  const scores = Float64Array.from([...Array.from(positives), ...Array.from(negatives)]);
  if (scores.some(Number.isNaN)) return Number.NaN; // nothing orders them
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  let [found, sum] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let [end, gained] = [start, 0];
    while (end < order.length && scores[order[end]] === scores[order[start]]) gained += Number(order[end++] < count);
    found += gained;
    sum += (gained * found) / end;
    start = end;
  }
  return sum / count;
}
