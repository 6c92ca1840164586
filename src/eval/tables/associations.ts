/** How strongly columns go together, 0..1 for every pair whatever they hold. */

import type { Field } from "../../fields/list.js";
import { hasLabels, labelCodes, type Rows } from "./rows.js";

/**
 * A symmetric matrix [columns, columns] with 1 on its diagonal. Numbers: size of Pearson's correlation; labels: Cramer's V
 * (1946); a number and labels: the correlation ratio (Pearson 1911), the root of the share of variance that labels explain.
 */
export function associations(rows: Rows, fields: readonly Field[] = rows.fields): Float64Array {
  const width = fields.length;
  const matrix = new Float64Array(width * width);
  fields.forEach((a, i) => {
    matrix[i * width + i] = 1;
    for (let j = 0; j < i; j++) {
      const value = Math.min(1, association(rows, a, fields[j]));
      matrix[i * width + j] = value;
      matrix[j * width + i] = value;
    }
  });
  return matrix;
}

function association(rows: Rows, a: Field, b: Field): number {
  if (hasLabels(a)) return hasLabels(b) ? cramersV(rows, a, b) : correlationRatio(rows, b, a);
  return hasLabels(b) ? correlationRatio(rows, a, b) : Math.abs(correlation(rows, a, b));
}

/** Pearson's correlation over rows that have both, -1..1; 0 where one of them does not vary. */
export function correlation({ columns }: Rows, a: Field, b: Field): number {
  const [x, y] = [columns[a.name], columns[b.name]];
  let [count, meanX, meanY, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]) || Number.isNaN(y[i])) continue;
    count++;
    const [dx, dy] = [x[i] - meanX, y[i] - meanY];
    meanX += dx / count;
    meanY += dy / count;
    xx += dx * (x[i] - meanX);
    yy += dy * (y[i] - meanY);
    xy += dx * (y[i] - meanY);
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** From chi^2 / n = sum of n_ij^2 / (n_i n_j) - 1. */
function cramersV(rows: Rows, a: Field, b: Field): number {
  const [x, y] = [labelCodes(rows, a), labelCodes(rows, b)];
  const [ofX, ofY] = [new Float64Array(x.count), new Float64Array(y.count)];
  const cells = new Map<number, number>();
  for (let i = 0; i < rows.count; i++) {
    const cell = x.codes[i] * y.count + y.codes[i];
    ofX[x.codes[i]]++;
    ofY[y.codes[i]]++;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  let sum = 0;
  for (const [cell, count] of cells) sum += count ** 2 / (ofX[Math.floor(cell / y.count)] * ofY[cell % y.count]);
  const used = (counts: Float64Array) => counts.reduce((total, count) => total + Number(count > 0), 0);
  const freedom = Math.min(used(ofX), used(ofY)) - 1;
  return freedom > 0 ? Math.sqrt(Math.max(0, sum - 1) / freedom) : 0;
}

function correlationRatio(rows: Rows, number: Field, labels: Field): number {
  const values = rows.columns[number.name];
  const { codes, count } = labelCodes(rows, labels);
  const [counts, sums] = [new Float64Array(count), new Float64Array(count)];
  let [present, mean, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    present++;
    const deviation = value - mean;
    mean += deviation / present;
    squares += deviation * (value - mean);
    counts[codes[i]]++;
    sums[codes[i]] += value;
  }
  if (!(squares > 0)) return 0;
  const between = counts.reduce((sum, of, code) => sum + (of > 0 ? of * (sums[code] / of - mean) ** 2 : 0), 0);
  return Math.sqrt(between / squares);
}
