/** Cells of a column as they are looked at: trimmed, counted, missing ones told apart. */

import type { RawColumn } from "../../data/table/raw.js";
import type { CellSample } from "../cell.js";

/** Texts that mean nothing is there, unless a user says otherwise. */
export const MISSING: readonly string[] = ["", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None"];

/** A column of cells as they stand in the source. */
export function cellSample(
  { name, type }: RawColumn,
  raw: readonly (string | null)[],
  missing: ReadonlySet<string>,
): CellSample {
  const cells = raw.map((cell) => {
    const text = cell?.trim() ?? null;
    return text === null || missing.has(text) ? null : text;
  });
  const tally = new Map<string, number>();
  let present = 0;
  for (const cell of cells) {
    if (cell === null) continue;
    present++;
    tally.set(cell, (tally.get(cell) ?? 0) + 1);
  }
  const counts = new Map([...tally].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
  return { name, type, cells, present, counts };
}

/** The blanks that stand before every cell; "" where they differ. */
export function blanksBefore(raw: readonly (string | null)[]): string {
  let common: string | null = null;
  for (const cell of raw) {
    if (cell === null || cell.trim() === "") continue;
    const own = /^\s*/.exec(cell)![0];
    if (common !== null && common !== own) return "";
    common = own;
  }
  return common ?? "";
}

/** The text that missing cells have most often. */
export function commonestBlank(raw: readonly (string | null)[], missing: ReadonlySet<string>): string {
  const counts = new Map<string, number>();
  for (const cell of raw) {
    const text = cell?.trim() ?? "";
    if (missing.has(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  let best = "";
  for (const [text, count] of counts) if (count > (counts.get(best) ?? 0)) best = text;
  return best;
}
