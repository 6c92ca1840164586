/** Columns as bars: shares of labels, or of intervals of numbers, real beside synthetic. Aggregates only: nobody is named. */

import type { Field } from "../../fields/list.js";
import { quantile } from "./quantile.js";
import { hasLabels, labelCodes, presentValues, type Rows } from "./rows.js";

export interface Bar {
  readonly name: string;
  /** Shares of the rows, 0..1. */
  readonly real: number;
  readonly synthetic: number;
}
export interface Marginal {
  readonly column: string;
  /** Whether the bars stand in an order, as intervals do: the first and the last take in all that lies beyond. */
  readonly ordered: boolean;
  readonly bars: readonly Bar[];
}

/** What fewer real rows have is not named, and no end of an axis is nearer to the outermost value than so many rows. */
export const FEWEST_NAMED = 10;
/** Labels with a bar of their own. */
const MOST_LABELS = 8;
const INTERVALS = 20;
/** Share of the values beyond each end. */
const OUTSIDE = 0.01;
const OTHERS = "others";
/** The name of the bar of missing cells, which is the last one. */
export const MISSING = "missing";

/** Null where there is nothing to show that is not about single rows. */
export function marginalOf(real: Rows, synthetic: Rows, field: Field): Marginal | null {
  return hasLabels(field) ? labelBars(real, synthetic, field) : numberBars(real, synthetic, field);
}

function labelBars(real: Rows, synthetic: Rows, field: Field): Marginal {
  const tables = [real, synthetic].map((rows) => {
    const { codes, count } = labelCodes(rows, field);
    const counts = new Float64Array(count);
    for (const code of codes) counts[code]++;
    return counts;
  });
  const [ofReal, ofSynthetic] = tables;
  const labels = field.schema.labels as readonly string[];
  const missing = labels.length + 1;
  const named = labels
    .map((_, code) => code)
    .filter((code) => ofReal[code] >= FEWEST_NAMED)
    .sort((a, b) => ofReal[b] - ofReal[a])
    .slice(0, MOST_LABELS);
  const kept = new Set([...named, missing]);
  const share = (counts: Float64Array, { count }: Rows, which: (code: number) => boolean) =>
    counts.reduce((sum, own, code) => sum + (which(code) ? own : 0), 0) / Math.max(1, count);
  const bar = (name: string, which: (code: number) => boolean): Bar => ({
    name,
    real: share(ofReal, real, which),
    synthetic: share(ofSynthetic, synthetic, which),
  });
  const rest = [bar(OTHERS, (code) => !kept.has(code)), bar(MISSING, (code) => code === missing)];
  return {
    column: field.name,
    ordered: false,
    bars: [...named.map((code) => bar(labels[code], (own) => own === code)), ...rest.filter(isThere)],
  };
}

function numberBars(real: Rows, synthetic: Rows, field: Field): Marginal | null {
  const sorted = presentValues(real, field).sort();
  const outside = Math.max(OUTSIDE, FEWEST_NAMED / sorted.length);
  if (!(outside < 0.5)) return null;
  const [low, high] = [quantile(sorted, outside), quantile(sorted, 1 - outside)];
  const text = (value: number) => field.kind.cell!.text(value, field.schema) ?? "";
  if (low === high)
    return { column: field.name, ordered: true, bars: aroundValue(real, synthetic, field, low, text(low)) };
  const isWhole = sorted.every(Number.isInteger);
  // Intervals of whole numbers hold as many of them each.
  const first = isWhole ? Math.ceil(low) : low;
  const span = isWhole ? Math.max(1, Math.floor(high) - first + 1) : high - low;
  const step = (isWhole ? Math.ceil(span / INTERVALS) : span / INTERVALS) || 1;
  const count = Math.max(1, Math.min(INTERVALS, Math.ceil(span / step)));
  const placeOf = (value: number) => Math.max(0, Math.min(count - 1, Math.floor((value - first) / step)));
  const shares = [real, synthetic].map((rows) => {
    const values = presentValues(rows, field);
    const all = new Float64Array(count + 1);
    for (const value of values) all[placeOf(value)] += 1 / rows.count;
    all[count] = 1 - values.length / Math.max(1, rows.count);
    return all;
  });
  const bars = Array.from({ length: count + 1 }, (_, i): Bar => {
    const from = first + i * step;
    const to = isWhole ? Math.min(from + step - 1, Math.floor(high)) : from + step;
    const name = i === count ? MISSING : from === to ? text(from) : `${text(from)} to ${text(to)}`;
    return { name, real: shares[0][i], synthetic: shares[1][i] };
  });
  return { column: field.name, ordered: true, bars: bars.filter((bar, i) => i < count || isThere(bar)) };
}

/** Where nearly all real values are one: those below it, it, those above. */
function aroundValue(real: Rows, synthetic: Rows, { name }: Field, value: number, text: string): Bar[] {
  const shareOf = (rows: Rows, holds: (own: number) => boolean) =>
    (rows.columns[name] as Float64Array).filter(holds).length / Math.max(1, rows.count);
  const bar = (name: string, holds: (own: number) => boolean): Bar => ({
    name,
    real: shareOf(real, holds),
    synthetic: shareOf(synthetic, holds),
  });
  const missing = bar(MISSING, Number.isNaN);
  const bars = [
    bar(`below ${text}`, (own) => own < value),
    bar(text, (own) => own === value),
    bar(`above ${text}`, (own) => own > value),
  ];
  return isThere(missing) ? [...bars, missing] : bars;
}

function isThere({ real, synthetic }: Bar): boolean {
  return real > 0 || synthetic > 0;
}
