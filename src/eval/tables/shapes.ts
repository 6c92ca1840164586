/** How far the values of each column by itself are from those of real rows: what SDMetrics calls column shapes. */

import { hasLabels, labelCodes, percent, presentValues, type Rows } from "./rows.js";

/** Of one column, in percent: 0 is the same distribution, 100 has nothing in common. */
export interface ColumnShape {
  readonly column: string;
  readonly error: number;
  readonly measure: "Kolmogorov-Smirnov" | "total variation";
}

/**
 * Errors per column, the worst first. Numbers and times: the Kolmogorov-Smirnov statistic of the values that are there, so
 * 1 - KSComplement of SDMetrics. Labels: total variation distance, 1 - TVComplement, with missing as a label of its own.
 */
export function shapeErrors(real: Rows, synthetic: Rows): ColumnShape[] {
  return real.fields
    .map((field): ColumnShape => {
      const { name: column } = field;
      if (hasLabels(field)) {
        const [a, b] = [labelCodes(real, field), labelCodes(synthetic, field)];
        const error = percent(totalVariation(a.codes, b.codes, a.count));
        return { column, error, measure: "total variation" };
      }
      const error = percent(kolmogorovSmirnov(presentValues(real, field), presentValues(synthetic, field)));
      return { column, error, measure: "Kolmogorov-Smirnov" };
    })
    .sort((a, b) => b.error - a.error);
}

/** Half the sum of the differences between the shares of codes 0..count-1, 0..1. */
export function totalVariation(a: Int32Array, b: Int32Array, count: number): number {
  const differences = new Float64Array(count);
  for (const code of a) differences[code] += 1 / a.length;
  for (const code of b) differences[code] -= 1 / b.length;
  return differences.reduce((sum, difference) => sum + Math.abs(difference), 0) / 2;
}

/** The largest difference between the shares of values up to x, over all x, 0..1; 1 where only one side has values. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : 1;
  const [x, y] = [a.toSorted(), b.toSorted()];
  let [i, j, most] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i], y[j]);
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    most = Math.max(most, Math.abs(i / x.length - j / y.length));
  }
  return most;
}
