/** The share of counts that fulfil a condition. */

/** 0..1 */
export function shareOf(counts: Uint32Array, holds: (count: number) => boolean): number {
  return counts.reduce((sum, count) => sum + Number(holds(count)), 0) / counts.length;
}
