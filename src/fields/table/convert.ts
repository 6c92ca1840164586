/** Cells that are text as a conversion wants them. */

import type { BadCell, Conversion, Converted } from "../../data/table/raw.js";
import { parseNumber } from "../number-text.js";
import { timeFormat } from "../time-format.js";

/**
 * The cells of a column, of rows from `start` on. Those that are no such number or time are added to `bad`. A cell whose
 * number or time is known (`known` is not null) is not parsed.
 */
export function convertCells(
  texts: readonly (string | null)[],
  conversion: Conversion,
  start: number,
  bad: BadCell[],
  known: (i: number) => number | null = () => null,
): Converted {
  const missing = new Set(conversion.missing);
  const cells = texts.map((text) => (text === null || missing.has(text.trim()) ? null : text));
  if (conversion.as === "text") return cells;
  if (conversion.as === "code") {
    const places = new Map(conversion.labels.map((label, i) => [label, i]));
    return Int32Array.from(cells, (text) => (text === null ? -1 : (places.get(text.trim()) ?? places.size)));
  }
  const parse =
    conversion.as === "number"
      ? (text: string) => parseNumber(text, conversion.decimal)
      : timeFormat(conversion.format).parse;
  return Float64Array.from(cells, (text, i) => {
    if (text === null) return Number.NaN;
    const parsed = known(i) ?? parse(text.trim());
    if (Number.isFinite(parsed)) return parsed;
    bad.push({ row: start + i, column: conversion.column, text });
    return Number.NaN;
  });
}
