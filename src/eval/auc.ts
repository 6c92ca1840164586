/** The area under the ROC curve: how well scores tell two kinds of records apart. */

/**
 * The chance that a positive record scores higher than a negative one, a tie counting half (Hanley & McNeil 1982); from the
 * positives' ranks (Mann & Whitney 1947), equal scores sharing the mean of their ranks. NaN without records of both kinds, or with a score that is none.
 */
export function areaUnderRoc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const [p, n] = [positives.length, negatives.length];
  const scores = Float64Array.from([...Array.from(positives), ...Array.from(negatives)]);
  if (scores.some(Number.isNaN)) return Number.NaN; // nothing orders them
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0; // of the positives
  for (let start = 0; start < order.length; ) {
    let end = start;
    let positive = 0;
    while (end < order.length && scores[order[end]] === scores[order[start]]) {
      if (order[end] < p) positive++;
      end++;
    }
    ranks += positive * ((start + 1 + end) / 2);
    start = end;
  }
  return (ranks - (p * (p + 1)) / 2) / (p * n);
}
