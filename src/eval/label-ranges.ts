/** Labels that are numbers, of which there are too many to tell apart by colour: cut into ranges of as many records each. */

import type { Labels } from "../data/dataset.js";

/** More than this are numbers rather than names. */
const MOST_NUMBERS = 12;
const RANGES = 8;

/** Ranges such as "17 to 24"; other labels as they are. An empty name is no label. */
export function rangesOf(labels: Labels): Labels {
  const { names } = labels;
  const indices = labels.indices.map((index) => (names[index] ? index : -1));
  const values = names.map((name) => (name === "" ? Number.NaN : Number(name)));
  const isNumeric = values.every((value, i) => Number.isFinite(value) || names[i] === "");
  if (!isNumeric || names.length <= MOST_NUMBERS) return { names, indices };
  const sorted = Float64Array.from(
    indices.filter((index) => index >= 0),
    (index) => values[index],
  ).sort();
  const starts = Array.from({ length: RANGES }, (_, i) => sorted[Math.floor((i * sorted.length) / RANGES)]);
  const distinct = [...new Set(starts)];
  const rangeOf = (value: number) => distinct.findLastIndex((start) => value >= start);
  const named = distinct.map((start, i) => {
    const inside = sorted.filter((value) => rangeOf(value) === i);
    const last = inside[inside.length - 1];
    return last === start ? String(start) : `${start} to ${last}`;
  });
  return { names: named, indices: indices.map((index) => (index < 0 ? -1 : rangeOf(values[index]))) };
}
