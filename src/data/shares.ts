/** How often codes occur. */

/** A code that never occurred still has the weight of half a record. */
export const UNSEEN_RECORDS = 0.5;

/** How often each of `count` codes occurs, by the records in all; codes that never occur as if in half a record. */
export function sharesOf(counts: readonly number[]): number[] {
  const weights = counts.map((count) => Math.max(count, UNSEEN_RECORDS));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => Number((weight / total).toPrecision(4)));
}
