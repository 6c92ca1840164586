/** Distances between rows: from each row to the closest one of others. */

import { hasLabels, labelCodes, presentValues, type Rows } from "./rows.js";

/** Rows as points: numbers in standard deviations, and codes that are the same or not. */
export interface Points {
  readonly count: number;
  /** [count, numbers] */
  readonly numbers: Float64Array;
  /** [count, codes] */
  readonly codes: Int32Array;
}

/** A label of another kind: the squared distance of two one-hot vectors, and that of two numbers of standard deviation 1, on average. */
const OTHER = 2;

/**
 * Several tables in one space: numbers and times less the mean of `scale` by its standard deviation, 0 where they are missing;
 * codes of labels, and of each column of numbers whether it is missing.
 */
export function pointsOf(scale: Rows, tables: readonly Rows[]): Points[] {
  const { fields } = scale;
  const numeric = fields.filter((field) => !hasLabels(field));
  const scales = numeric.map((field) => {
    const values = presentValues(scale, field);
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
  return tables.map((rows) => {
    const { count, columns } = rows;
    const numbers = new Float64Array(count * numeric.length);
    const codes = new Int32Array(count * fields.length);
    numeric.forEach(({ name }, j) => {
      const { mean, deviation } = scales[j];
      for (let i = 0; i < count; i++) {
        const value = columns[name][i];
        numbers[i * numeric.length + j] = Number.isNaN(value) ? 0 : (value - mean) / deviation;
      }
    });
    fields.forEach((field, j) => {
      const own = hasLabels(field)
        ? labelCodes(rows, field).codes
        : Int32Array.from(columns[field.name], (value) => Number(Number.isNaN(value)));
      for (let i = 0; i < count; i++) codes[i * fields.length + j] = own[i];
    });
    return { count, numbers, codes };
  });
}

/** Euclidean distance from each of `points` to the closest of `others`; infinite where there are none. All pairs are looked at. */
export function closestDistances(points: Points, others: Points): Float64Array {
  const width = points.numbers.length / points.count || 0;
  const labels = points.codes.length / points.count || 0;
  return Float64Array.from({ length: points.count }, (_, i) => {
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < others.count; other++) {
      let square = 0;
      for (let j = 0; j < labels && square < least; j++)
        if (points.codes[i * labels + j] !== others.codes[other * labels + j]) square += OTHER;
      for (let j = 0; j < width && square < least; j++)
        square += (points.numbers[i * width + j] - others.numbers[other * width + j]) ** 2;
      if (square < least) least = square;
      if (least === 0) break;
    }
    return Math.sqrt(least);
  });
}
