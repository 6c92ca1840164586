/** Checks how data is asked for before anything is opened. */

import { VaekitError } from "../errors.js";
import type { OpenOptions } from "./dataset.js";
import { RECORD_UNITS } from "./text/records.js";

/** Pictures of more pixels a side are no use to the nets here, and one batch of them would not fit into memory. */
export const MAX_SIDE = 1024;

/** A size asked for, as height and width; null is "auto". E_OPTION for what is no whole number 1..1024. */
export function targetSize(size: OpenOptions["size"]): readonly [height: number, width: number] | null {
  if (size === undefined || size === "auto") return null;
  const sides = typeof size === "number" ? [size, size] : size;
  if (!Array.isArray(sides) || sides.length !== 2 || !sides.every((side) => wholeNumber(side, 1, MAX_SIDE))) {
    throw invalid("size", size, `"auto", or whole numbers 1..${MAX_SIDE} of pixels`);
  }
  return [sides[0], sides[1]];
}

/** E_OPTION, naming the option, for a value that cannot be. */
export function checkOpenOptions(options: OpenOptions): void {
  targetSize(options.size);
  const { channels = "auto", limit, records, seed } = options;
  if (![1, 3, "auto"].includes(channels)) throw invalid("channels", channels, '"auto", 1 or 3');
  if (records !== undefined && !RECORD_UNITS.includes(records))
    throw invalid("records", records, '"lines", "paragraphs" or "file"');
  if (limit !== undefined && !wholeNumber(limit, 1, Number.MAX_SAFE_INTEGER))
    throw invalid("limit", limit, "a whole number above 0");
  if (seed !== undefined && !wholeNumber(seed, 0, Number.MAX_SAFE_INTEGER))
    throw invalid("seed", seed, "a whole number from 0");
}

function wholeNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function invalid(option: string, got: unknown, expected: string): VaekitError {
  return new VaekitError(
    "E_OPTION",
    `invalid ${option}: got ${JSON.stringify(got) ?? String(got)}, expected ${expected}`,
  );
}
