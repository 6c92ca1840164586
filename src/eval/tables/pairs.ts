/** How far columns depend on each other as in real rows: what SDMetrics calls column pair trends. */

import { sampleIndices } from "../../data/split.js";
import type { Field } from "../../fields/list.js";
import { correlation } from "./associations.js";
import { cutColumn } from "./cut.js";
import { type Codes, hasLabels, percent, type Rows } from "./rows.js";

/** Of two columns, in percent: 0 is the same dependence, 100 has nothing in common. */
export interface ColumnPair {
  readonly columns: readonly [string, string];
  readonly error: number;
  readonly measure: "correlation" | "contingency";
}

/** More pairs than this are sampled: they take some seconds. */
const MAX_PAIRS = 10_000;

/**
 * Errors per pair, the worst first. Two columns of numbers: half the difference of Pearson's correlations (of a column that
 * does not vary it is 0), so 1 - CorrelationSimilarity of SDMetrics; else the total variation distance of the contingency
 * tables, 1 - ContingencySimilarity, where numbers are cut at the deciles of the real ones and missing is a label.
 */
export function pairErrors(real: Rows, synthetic: Rows, seed = 0): ColumnPair[] {
  const { fields } = real;
  const cut = new Map<Field, readonly Codes[]>();
  const codesOf = (field: Field) => {
    const known = cut.get(field) ?? cutColumn([real, synthetic], field);
    cut.set(field, known);
    return known;
  };
  return chosenPairs(fields.length, seed)
    .map(([i, j]): ColumnPair => {
      const [a, b] = [fields[i], fields[j]];
      const columns = [a.name, b.name] as const;
      if (!hasLabels(a) && !hasLabels(b)) {
        const difference = correlation(real, a, b) - correlation(synthetic, a, b);
        return { columns, error: percent(Math.abs(difference) / 2), measure: "correlation" };
      }
      const error = percent(contingencyDifference(codesOf(a), codesOf(b)));
      return { columns, error, measure: "contingency" };
    })
    .sort((a, b) => b.error - a.error);
}

/** Numbers of two columns each, the smaller one first. */
function chosenPairs(columns: number, seed: number): [number, number][] {
  const pairs = Array.from({ length: columns }, (_, j) =>
    Array.from({ length: j }, (_, i): [number, number] => [i, j]),
  );
  const all = pairs.flat();
  return Array.from(sampleIndices(all.length, MAX_PAIRS, seed), (place) => all[place]);
}

/** Total variation distance between two tables of pairs of codes; each argument is a column on the one side and the other. */
function contingencyDifference([a, c]: readonly Codes[], [b, d]: readonly Codes[]): number {
  const width = b.count;
  const differences = new Map<number, number>();
  const add = (rows: Int32Array, columns: Int32Array, sign: number): void => {
    for (let i = 0; i < rows.length; i++) {
      const cell = rows[i] * width + columns[i];
      differences.set(cell, (differences.get(cell) ?? 0) + sign / rows.length);
    }
  };
  add(a.codes, b.codes, 1);
  add(c.codes, d.codes, -1);
  let sum = 0;
  for (const difference of differences.values()) sum += Math.abs(difference);
  return sum / 2;
}
